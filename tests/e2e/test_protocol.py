"""The page loads one file, and acts on no message that is not what the table says."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from dashboard.page.panel_internals import digest
from dashboard.page.protocol.table import MESSAGES
from dashboard.page.script import BUILT
from tests.page.protocol_fixtures import UNKNOWN, as_json, bad_messages

# Lets the page take messages as if they came from its server, and waits until it has.
RECEIVE = """async (json) => {
  const whole = (name, value) => value?.bytes ? new Uint8Array(value.bytes).buffer
    : value?.number ? Number(value.number) : value
  const views = Object.values(Bokeh.index.roots ?? Bokeh.index)
  const page = views.find((view) => view._event_handlers?.length)
  const messages = JSON.parse(json, whole)
  for (const message of messages) for (const take of page._event_handlers) take(message)
  await new Promise((done) => setTimeout(done, 300))
}"""
SEEN = """() => {
  const { revision, cursor, pending } = supervox
  return [revision, cursor.join(), supervox.labelAt(...cursor), pending]
}"""


@pytest.fixture
def complaining(bench):
    """A page that may complain in its console of what is no message."""
    yield bench
    wrong = [each for each in bench.traffic.errors if "is not what the page expects" not in each]
    assert len(wrong) < len(bench.traffic.errors)
    bench.traffic.errors[:] = wrong


@pytest.mark.slow
def test_the_page_acts_on_no_bad_message(complaining):
    bench = complaining
    before = bench.page.evaluate(SEEN)
    kinds = MESSAGES.keys() - {"several", "pong"}
    messages = [{"kind": kind, **bad_messages(kind)[0]} for kind in kinds]
    messages += [{"kind": kind} for kind in UNKNOWN]

    bench.page.evaluate(RECEIVE, json.dumps(as_json(messages)))

    expect(bench.page.get_by_text("The page could not take").first).to_be_visible()
    assert bench.page.evaluate(SEEN) == before
    assert bench.ready


@pytest.mark.slow
def test_the_page_loads_one_file_of_script_by_what_is_in_it(bench):
    asked = bench.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")

    (ours,) = {url for url in asked if "/components/" in url}
    assert ours.endswith(f"/built/page.js?v={digest(BUILT)}")
