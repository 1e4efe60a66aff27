"""How long who tries to sign in must wait."""

from __future__ import annotations

import pytest

from dashboard.server import login_delay
from dashboard.server.login_delay import LIMITS, MOST_KNOWN, Patience, near

MOST_WAITING = LIMITS["both"].most_waiting


@pytest.fixture
def now():
    """The time, which the test sets."""
    return [0.0]


@pytest.fixture
def tries(now):
    return Patience(lambda: now[0])


def fail(tries, count, account="anna", address="10.0.0.1"):
    """The waits of tries that fail one after the other."""
    waits = []
    for _ in range(count):
        waits.append(tries.begin(account, address))
        tries.end(account, address, is_right=False)
    return waits


def test_each_wrong_password_doubles_the_wait_up_to_a_bound(tries):
    assert fail(tries, 10) == [0, 0, 0, 1, 2, 4, 8, 12, 12, 12]


def test_many_at_once_wait_as_if_they_came_one_after_the_other(tries):
    waits = [tries.begin("anna", "10.0.0.1") for _ in range(120)]

    assert waits[:6] == [0, 0, 0, 1, 2, 4]
    assert waits[MOST_WAITING - 1] == LIMITS["both"].longest_s
    assert waits[MOST_WAITING:] == [None] * (120 - MOST_WAITING)
    assert tries.begin("ben", "10.0.0.1") == 0


def test_those_turned_away_come_in_when_the_others_have_ended(tries):
    for _ in range(MOST_WAITING):
        tries.begin("anna", "10.0.0.1")
    assert tries.begin("anna", "10.0.0.1") is None

    tries.end("anna", "10.0.0.1", is_right=False)

    assert tries.begin("anna", "10.0.0.1") is not None


def test_an_attacker_makes_who_comes_from_elsewhere_wait_some_seconds_only(tries):
    for n in range(1000):
        fail(tries, 1, address=f"10.1.{n // 250}.{n % 250}")

    assert tries.begin("anna", "10.0.0.9") == LIMITS["account"].longest_s <= 5


def test_one_address_that_tries_many_accounts_waits(tries):
    waits = [fail(tries, 1, account=f"user {n}")[0] for n in range(40)]

    assert waits[:12] == [0] * 12
    assert waits[-1] == LIMITS["address"].longest_s
    assert tries.begin("user 99", "10.0.0.2") == 0


def test_the_right_password_forgives_who_mistyped(tries):
    fail(tries, 5)
    tries.begin("anna", "10.0.0.1")

    tries.end("anna", "10.0.0.1", is_right=True)

    assert tries.failed("anna", "10.0.0.1") == 0
    assert tries.begin("anna", "10.0.0.1") == 0


def test_what_failed_is_forgotten_in_time(tries, now):
    fail(tries, 9)

    now[0] += login_delay.FORGET_S + 1

    assert tries.begin("anna", "10.0.0.1") == 0


def test_whoever_tries_millions_of_names_fills_no_memory(tries):
    for n in range(MOST_KNOWN):
        fail(tries, 1, account=f"{n}" * 100, address=f"10.{n % 7}.0.1")

    assert len(tries._tries) == MOST_KNOWN
    assert max(len(part) for key in tries._tries for part in key) <= 200


def test_a_network_of_ipv6_counts_as_one_address():
    assert near("2001:db8:1:2:aaaa::1") == near("2001:db8:1:2:bbbb::7")
    assert near("2001:db8:1:3::1") != near("2001:db8:1:2::1")
    assert near("10.0.0.1") != near("10.0.0.2")
    assert near("a name") == "a name"
