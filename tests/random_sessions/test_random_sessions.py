from __future__ import annotations

import inspect

import panel as pn
import param
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from dashboard.session.session import Session
from tests.random_sessions.machine import RandomSession, RandomStoredSession
from tests.stored import partition_stored

STEPS = 200
KINDS = pytest.mark.parametrize("kind", [RandomSession, RandomStoredSession])
# What a random session does not do, and why.
APART = {
    "open": "it is how each of them begins",
    "ask": "is how the page calls the others: tests/session/test_asking.py",
    "find": "reads a folder: tests/page/test_commands.py",
    "end": "it is how each of them ends",
    "cancel": "with kernels that run at once nothing is left to be cancelled",
    "look": "it takes over what a dead process held: tests/session/test_two_pages.py",
    "add_volume": "labels know nothing of what is shown beside: tests/session/test_series.py",
    "open_together": "as above",
    "remove_volume": "as above",
    "open_superpixels": "it is refused on disk: tests/session/test_session.py",
    "export_superpixels": "changes nothing: tests/session/test_session.py, test_stored_export.py",
    "export_table": "changes nothing: tests/session/test_label_table.py",
    "export_volume": "changes nothing: tests/session/test_session.py",
    "measure_spread": "changes nothing: tests/session/test_measure.py",
    "intensity": "is read by the page, whose rows are looked at",
    "schedule": "is no verb",
    "tell": "is no verb",
    "when_saved": "is no verb",
}


@pytest.fixture(autouse=True)
def light(monkeypatch):
    """A volume on disk is partitioned in a moment, and a page made without figures."""
    monkeypatch.setattr("dashboard.session.backing.disk.partition_stored", partition_stored)
    monkeypatch.setattr("dashboard.page.page.slice_view", lambda name, _: pn.Spacer(name=name))


def run(kind, sessions, **options):
    options |= {"stateful_step_count": STEPS, "deadline": None, "print_blob": True}
    options |= {"suppress_health_check": list(HealthCheck), "database": None}
    run_state_machine_as_test(kind, settings=settings(max_examples=sessions, **options))


@pytest.mark.parametrize(
    "kind", [RandomSession, pytest.param(RandomStoredSession, marks=pytest.mark.slow)]
)
def test_a_random_session_is_what_a_plain_model_says_after_each_step(kind):
    # The same ones each time: those that nobody has seen yet are the torture's.
    run(kind, 4, derandomize=True, phases=[Phase.generate])


@pytest.mark.torture
@KINDS
def test_an_hour_of_random_sessions_is_what_a_plain_model_says(kind):
    run(kind, 200)


def test_random_sessions_have_every_verb():
    own = {name for name, _ in inspect.getmembers(Session, inspect.isfunction)}
    public = {name for name in own - {*dir(param.Parameterized)} if not name.startswith("_")}

    assert public == RandomSession.verbs | {*APART}
