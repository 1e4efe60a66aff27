"""From the end of a stroke to its label in all three planes."""

from __future__ import annotations

from playwright.sync_api import Page

from benchmarks import recolouring
from benchmarks.chromium import chromium, open_workbench, settle, visitor
from benchmarks.figure import Figure, ratio
from benchmarks.server import supervox

STROKES = 50
RESTED = 20
GOAL_MS = 90
REACH = 10  # voxels to both sides of the cursor
ACROSS = {"axial": 0, "coronal": 0, "sagittal": 1}
LABELS = 4


def figures() -> list[Figure]:
    """Draw strokes through the cursor, on each plane in turn, each with another label."""
    with supervox() as server, chromium() as browser, visitor(browser) as context:
        page = open_workbench(context, server.address())
        draw(page, 0)  # the first stroke compiles the page's code
        in_a_row = [draw(page, n) for n in range(1, STROKES + 1)]
        rested = [draw(page, n, rest_ms=1500) for n in range(1, RESTED + 1)]
    # The peers are timed without server and browser beside them.
    shown = Figure("mouse up → all planes repainted, strokes in a row", in_a_row, "ms")
    late = Figure(shown.name, in_a_row, "ms", percentile=95, at_most=GOAL_MS)
    calm = "mouse up → all planes repainted, 3D rebuilt between"
    peers = recolouring.figures()
    return [
        shown,
        late,
        Figure(calm, rested, "ms"),
        Figure(calm, rested, "ms", percentile=95, at_most=GOAL_MS),
        *peers,
        ratio("recolouring alone, to our stroke with everything", peers[0], shown),
    ]


def draw(page: Page, n: int, rest_ms: int = 0, pending: int = 0) -> float:
    """Draw a stroke; returns ms from the mouse up until the last plane shows its label.

    So many changes are `pending` already, such as a partition.
    """
    label = n % LABELS + 1
    if rest_ms:
        page.wait_for_timeout(rest_ms)
    i, j, k = page.evaluate("supervox.cursor")
    page.keyboard.press(str(label))
    page.evaluate(
        """(ijk) => {
          probe.sees = () => supervox.labelAt(...ijk)
          probe.paints = []
          probe.ups = []
        }""",
        [i, j, k],
    )
    drag(page, tuple(ACROSS)[n % 3], (i, j, k))
    page.wait_for_function(
        """(label) => ["Axial", "Coronal", "Sagittal"].every((pane) =>
          probe.paints.some((paint) => paint.pane === pane && paint.saw === label))""",
        arg=label,
    )
    shown = page.evaluate("probe.paints")
    up = page.evaluate("probe.ups.at(-1)")
    page.wait_for_function("(n) => supervox.pending === n", arg=pending)
    settle(page, 100)
    return last_plane(shown, label) - up


def last_plane(paints: list[dict], label: int) -> float:
    """Return when the last of the planes was first painted with `label` under the cursor."""
    first: dict[str, float] = {}
    for paint in paints:
        if paint["saw"] == label:
            first.setdefault(paint["pane"], paint["t"])
    return max(first.values())


def drag(page: Page, plane: str, cursor: tuple[int, int, int]) -> None:
    """Draw a line through the cursor on `plane`."""
    ends = []
    for reach in (-REACH, REACH):
        end = list(cursor)
        end[ACROSS[plane]] += reach
        ends.append(page.evaluate("([p, v]) => supervox.toScreen(p, ...v)", [plane, end]))
    page.mouse.move(*ends[0])
    page.mouse.down()
    page.mouse.move(*ends[1], steps=8)
    page.mouse.up()
