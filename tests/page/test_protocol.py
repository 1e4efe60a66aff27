"""One table says what a page and its server say to each other, and both sides hold to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from numpy.testing import assert_array_equal
from panel.io.state import set_curdoc

from dashboard.page import commands
from dashboard.page.protocol import write
from dashboard.page.protocol.read_value import Misfit, read
from dashboard.page.protocol.table import (
    CHANGES,
    MESSAGES,
    PANE_MESSAGES,
    PANE_VERBS,
    STROKE,
    STROKES,
    VERBS,
    check_message,
    read_as,
    read_verb,
)
from dashboard.session.session import Refused
from tests.conftest import draw_voxel
from tests.page.protocol_fixtures import (
    GOOD_MESSAGES,
    GOOD_PANE_MESSAGES,
    GOOD_PANE_VERBS,
    GOOD_ROWS,
    GOOD_STROKES,
    GOOD_VERBS,
    UNKNOWN,
    bad_messages,
    bad_pane_messages,
    bad_pane_verbs,
    bad_verbs,
    spoil,
)
from tests.page.test_page import Browser

PAGE = Path(commands.__file__).parent


@pytest.fixture
def browser(session):
    """A page on which a stroke was drawn."""
    browser = Browser(session)
    browser.page._open()
    browser.say("begin")
    with set_curdoc(browser.document):
        session.paint(draw_voxel(session, (1, 1, 1), label=2))
    browser.deliver()
    return browser


def test_each_verb_and_each_message_is_tried():
    assert GOOD_VERBS.keys() == VERBS.keys()
    assert GOOD_MESSAGES.keys() == MESSAGES.keys()
    assert GOOD_PANE_VERBS.keys() == PANE_VERBS.keys()
    assert GOOD_PANE_MESSAGES.keys() == PANE_MESSAGES.keys()


@pytest.mark.parametrize("verb", VERBS)
def test_a_good_verb_is_read_as_it_was_said(verb):
    for values in GOOD_VERBS[verb]:
        assert read_verb(verb, values).keys() == values.keys()


@pytest.mark.parametrize("verb", VERBS)
def test_a_bad_verb_is_refused_in_a_sentence_and_changes_nothing(browser, verb):
    session = browser.session
    before = session.table, session.label, session.cursor, session.revision, session.history
    volume, labels, held = session.volume, session.labels.data.copy(), session.held

    for values in bad_verbs(verb):
        session.notice = None
        browser.say(verb, **values)

        told = session.notice
        assert told is not None, values
        assert told.kind == "error"
        assert "unknown here: reload it." in told.text, (values, told.text)

    after = session.table, session.label, session.cursor, session.revision, session.history
    assert after == before
    assert (session.volume, session.held) == (volume, held)
    assert_array_equal(session.labels.data, labels)


@pytest.mark.parametrize(
    ("of", "good"), [(STROKES, GOOD_ROWS), *((STROKE, good) for good in GOOD_STROKES)]
)
def test_bad_rows_of_strokes_are_refused_in_a_sentence(of, good):
    assert read_as(of, "strokes", good).keys() == good.keys()
    for values in spoil(of, good):
        with pytest.raises(Refused, match="unknown here: reload it"):
            read_as(of, "strokes", values)


@pytest.mark.parametrize("verb", UNKNOWN)
def test_an_unknown_verb_is_refused_in_a_sentence(verb):
    with pytest.raises(Refused, match="unknown here: reload it"):
        read_verb(verb, {})


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_good_message_passes(kind):
    for values in GOOD_MESSAGES[kind]:
        check_message({"kind": kind, **values})


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_bad_message_is_found(kind):
    for values in bad_messages(kind):
        with pytest.raises(Misfit):
            check_message({"kind": kind, **values})


@pytest.mark.parametrize("verb", PANE_VERBS)
def test_what_the_pane_of_the_surfaces_says_is_read_or_refused_in_a_sentence(browser, verb):
    for values in GOOD_PANE_VERBS[verb]:
        assert read_verb(verb, values, PANE_VERBS) == values
    for values in bad_pane_verbs(verb):
        browser.session.notice = None
        browser.page._surface.take_message({"verb": verb, **values})
        assert "unknown here: reload it." in browser.session.notice.text, values


@pytest.mark.parametrize("kind", PANE_MESSAGES)
def test_what_the_pane_of_the_surfaces_is_told_passes_or_is_found(kind):
    for values in GOOD_PANE_MESSAGES[kind]:
        check_message({"kind": kind, **values}, PANE_MESSAGES)
    for values in bad_pane_messages(kind):
        with pytest.raises(Misfit):
            check_message({"kind": kind, **values}, PANE_MESSAGES)


def test_what_comes_with_others_is_looked_at_too():
    with pytest.raises(Misfit, match="case: missing"):
        check_message({"kind": "several", "messages": [{"kind": "pong"}, {"kind": "taken"}]})


@pytest.mark.parametrize("kind", UNKNOWN)
def test_an_unknown_message_is_found(kind):
    with pytest.raises(Misfit, match="unknown"):
        check_message({"kind": kind})


def test_a_misfit_says_where_and_what_was_expected():
    with pytest.raises(Misfit, match=r"rows: \[0\]: name: expected a text"):
        read(MESSAGES["rows"], {"fresh": True, "rows": [{**row(), "name": 5}], "gone": []})


def row():
    return GOOD_MESSAGES["rows"][0]["rows"][0]


def test_what_the_server_says_is_in_the_table_and_the_other_way_round():
    sources = {path.stem: path.read_text() for path in PAGE.glob("*.py")}
    to_pane = {"surface_pane": sources.pop("surface_pane")}

    assert kinds_in(sources) | {"taken"} == MESSAGES.keys()
    assert kinds_in(to_pane) | {"several"} == PANE_MESSAGES.keys()


def kinds_in(sources):
    """The kinds of messages that some files send."""
    sends = re.compile(r'(?:send|answer)\(\s*"(\w+)"|"kind": "(\w+)"')
    found = [pair for source in sources.values() for pair in sends.findall(source)]
    return {kind for pair in found for kind in pair if kind}


def test_the_server_does_what_is_in_the_table_and_nothing_else(browser):
    hearing = browser.page._hearing

    assert hearing.changes.keys() == CHANGES.keys()
    assert (hearing.changes | hearing.others).keys() == VERBS.keys()


def test_the_script_has_the_table_as_it_is_now():
    """By its types the compiler sees that each message is taken."""
    for path, text in write.files().items():
        assert path.read_text() == text, "python -m dashboard.page.protocol.write"
