"""The page's script holds to the same table as its server: with the same verbs and messages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dashboard.page.protocol.table import MESSAGES, VERBS
from dashboard.page.script import module
from tests.page.protocol_fixtures import (
    GOOD_MESSAGES,
    GOOD_VERBS,
    UNKNOWN,
    bad_messages,
    bad_verbs,
)

# Bytes do not pass from here to the page.
WITH_BYTES = """
const named = (value) => Object.entries(value).map(([name, each]) => [name, bytes(each)])
const bytes = (value) => {
  if (Array.isArray(value)) return value.map(bytes)
  if (value === null || typeof value !== "object") return value
  return value.bytes ? new Uint8Array(value.bytes).buffer : Object.fromEntries(named(value))
}
"""
# What the script says of values: [table, name, values] each.
MISFITS = (
    WITH_BYTES
    + """
const names = "{ misfitOf, VERBS, MESSAGES }"
const { misfitOf, ...tables } = new Function(`${text}; return ${names}`)()
return tried.map(([table, name, values]) => misfitOf(tables[table], name, bytes(values)))
"""
)
# Lets the page take messages as if they came from its server, and waits until it has.
RECEIVE = (
    WITH_BYTES
    + """
const views = Object.values(Bokeh.index.roots ?? Bokeh.index)
const bench = views.find((view) => view._event_handlers?.length)
for (const message of messages) for (const take of bench._event_handlers) take(bytes(message))
await new Promise((done) => setTimeout(done, 300))
"""
)
SEEN = """
const { revision, cursor, pending } = supervox
return [revision, cursor.join(), supervox.labelAt(...cursor), pending]
"""


def plain(value):
    """A value for Playwright, bytes as their numbers."""
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def tried(verbs, messages):
    """Verbs and messages with their values, as the script is asked about them."""
    return [
        *(("VERBS", verb, plain(values)) for verb in VERBS for values in verbs(verb)),
        *(("MESSAGES", kind, plain(values)) for kind in MESSAGES for values in messages(kind)),
    ]


@pytest.fixture
def complaining(bench):
    """A page that may complain in its console of what is no message."""
    yield bench
    wrong = [each for each in bench.traffic.errors if "is not what the page expects" not in each]
    assert len(wrong) < len(bench.traffic.errors)
    bench.traffic.errors[:] = wrong


@pytest.mark.slow
def test_the_script_refuses_what_the_server_would_and_acts_on_no_bad_message(complaining):
    bench = complaining
    text = module().replace("export function", "function")
    good = tried(GOOD_VERBS.get, GOOD_MESSAGES.get)
    bad = tried(bad_verbs, bad_messages)
    bad += [(table, name, {}) for table in ("VERBS", "MESSAGES") for name in UNKNOWN]

    def misfits(asked):
        return bench.page.evaluate(
            f"([text, tried]) => {{ {MISFITS} }}", [text, [list(each) for each in asked]]
        )

    assert [each for each, misfit in zip(good, misfits(good), strict=True) if misfit] == []
    assert [each for each, misfit in zip(bad, misfits(bad), strict=True) if not misfit] == []

    before = bench.page.evaluate(f"() => {{ {SEEN} }}")
    kinds = MESSAGES.keys() - {"several", "pong"}
    messages = [{"kind": kind, **plain(bad_messages(kind)[0])} for kind in kinds]
    messages += [{"kind": kind} for kind in UNKNOWN]
    bench.page.evaluate(f"async (messages) => {{ {RECEIVE} }}", messages)

    expect(bench.page.get_by_text("The page could not take").first).to_be_visible()
    assert bench.page.evaluate(f"() => {{ {SEEN} }}") == before
    assert bench.ready
