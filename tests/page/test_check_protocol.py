"""The page's script holds to the same table as its server: what one refuses the other does, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.page.protocol.table import MESSAGES, VERBS
from tests.page.page_script import node
from tests.page.protocol_fixtures import (
    GOOD_MESSAGES,
    GOOD_VERBS,
    UNKNOWN,
    as_json,
    bad_messages,
    bad_verbs,
)

MISFITS = Path(__file__).with_name("misfits.mjs")


def misfits(tried):
    """What the script says of [table, name, values] each; "" if it takes them."""
    return json.loads(node(MISFITS, given=json.dumps(as_json(tried))))


def of_all(verbs, messages):
    """Verbs and messages with their values, as the script is asked about them."""
    return [
        *(("VERBS", verb, values) for verb in VERBS for values in verbs(verb)),
        *(("MESSAGES", kind, values) for kind in MESSAGES for values in messages(kind)),
    ]


def test_the_script_takes_what_the_server_does():
    good = of_all(GOOD_VERBS.get, GOOD_MESSAGES.get)

    assert [each for each, wrong in zip(good, misfits(good), strict=True) if wrong] == []


def test_the_script_refuses_what_the_server_would():
    bad = of_all(bad_verbs, bad_messages)

    assert [each for each, wrong in zip(bad, misfits(bad), strict=True) if not wrong] == []


@pytest.mark.parametrize("table", ["VERBS", "MESSAGES"])
def test_the_script_refuses_what_it_does_not_know(table):
    assert all(misfits([(table, name, {}) for name in UNKNOWN]))


def test_the_script_says_where_and_what_was_expected():
    (wrong,) = misfits([("VERBS", "merge_label", {"label": 1, "into": "two"})])

    assert wrong.startswith("into: expected a whole number")
