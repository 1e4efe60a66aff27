"""The page's script holds to the same table as its server: what one refuses the other does, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.page.protocol.table import MESSAGES, PANE_MESSAGES, PANE_VERBS, VERBS
from tests.page.page_script import node
from tests.page.protocol_fixtures import (
    GOOD_MESSAGES,
    GOOD_PANE_MESSAGES,
    GOOD_PANE_VERBS,
    GOOD_VERBS,
    UNKNOWN,
    as_json,
    bad_messages,
    bad_pane_messages,
    bad_pane_verbs,
    bad_verbs,
)

MISFITS = Path(__file__).with_name("misfits.mjs")
# Each table with what gives good and bad values of a name in it.
TABLES = {
    "VERBS": (VERBS, GOOD_VERBS.get, bad_verbs),
    "MESSAGES": (MESSAGES, GOOD_MESSAGES.get, bad_messages),
    "PANE_VERBS": (PANE_VERBS, GOOD_PANE_VERBS.get, bad_pane_verbs),
    "PANE_MESSAGES": (PANE_MESSAGES, GOOD_PANE_MESSAGES.get, bad_pane_messages),
}


def misfits(tried):
    """What the script says of [table, name, values] each; "" if it takes them."""
    return json.loads(node(MISFITS, given=json.dumps(as_json(tried))))


@pytest.mark.parametrize("table", TABLES)
def test_the_script_takes_what_the_server_does(table):
    names, good, _ = TABLES[table]
    tried = [(table, name, values) for name in names for values in good(name)]

    assert [each for each, wrong in zip(tried, misfits(tried), strict=True) if wrong] == []


@pytest.mark.parametrize("table", TABLES)
def test_the_script_refuses_what_the_server_would(table):
    names, _, bad = TABLES[table]
    tried = [(table, name, values) for name in names for values in bad(name)]

    assert [each for each, wrong in zip(tried, misfits(tried), strict=True) if not wrong] == []


@pytest.mark.parametrize("table", TABLES)
def test_the_script_refuses_what_it_does_not_know(table):
    assert all(misfits([(table, name, {}) for name in UNKNOWN]))


def test_the_script_says_where_and_what_was_expected():
    (wrong,) = misfits([("VERBS", "merge_label", {"label": 1, "into": "two"})])

    assert wrong.startswith("into: expected a whole number")
