"""What a stroke and an undo cost the server, by how many labels there are."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future

import numpy as np

from benchmarks.figure import Figure
from benchmarks.timing import milliseconds
from dashboard import demo
from dashboard.annotation.label_table import Label, color_of
from dashboard.annotation.slice_geometry import Plane, layouts
from dashboard.annotation.stroke import Stroke
from dashboard.page.label_rows import Rows, update
from dashboard.session.session import Session
from workers.formats.label_tables import label_table

FEW, MANY = 10, 10_000
REPEATS = 100
MOST_TIMES = 1.5


class Inline(Executor):
    """Runs each kernel at once."""

    def submit(self, fn: Callable, /, *args, **kwargs) -> Future:
        """Return a future that is done."""
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def figures() -> list[Figure]:
    """Draw on the demo with ten labels, and with ten thousand."""
    few, many = ([*map(np.array, clocked(count))] for count in (FEW, MANY))
    return [
        figure
        for name, one, other in zip(("a stroke", "an undo"), few, many, strict=True)
        for figure in (
            Figure(f"server, processor time: {name} with {MANY:,} labels", other, "ms"),
            Figure(
                f"server, processor time: {name} with {MANY:,} labels against {FEW}",
                [np.median(other) / np.median(one)],
                "×",
                at_most=MOST_TIMES,
            ),
        )
    ]


def clocked(count: int) -> tuple[list[float], list[float]]:
    """Return ms of strokes, and of their undos, with the rows that the page is told of each."""
    session, rows = opened(count), Rows()
    strokes = across(session)

    def tell() -> None:
        nonlocal rows
        rows, _ = update(rows, session)

    def paint() -> None:
        session.paint(next(strokes))
        tell()

    def undo() -> None:
        session.undo()
        tell()

    tell()

    paint()
    return tuple(milliseconds(act, REPEATS, time.process_time) for act in (paint, undo))


def opened(count: int) -> Session:
    """Return a session on the demo whose table has so many labels."""
    session = Session(Inline(), Inline(), schedule=lambda function: function())
    session.open(demo.PATH, demo.PATH.name)
    table = [Label(n, f"region {n}", color_of(n)) for n in range(1, count + 1)]
    content = label_table.encode((label[:3] for label in table), "bids")
    session.open_table(content, "many.tsv")
    return session


def across(session: Session):
    """Yield strokes through the brain, each on another slice and with another label."""
    volume = session.volume
    layout = layouts(volume.affine, volume.shape)["axial"]
    x, y = layout.x.size // 2, layout.y.size // 2
    for n in range(REPEATS + 2):
        xy = np.array([[x - 12, y - 30 + n * 11 % 60], [x + 12, y - 30 + n * 11 % 60]], float)
        plane = Plane(layout, session.cursor[layout.axis] - 10 + n % 20)
        yield Stroke(plane, xy, 1 + n % 4)
