"""Fingers, a pen and the palm beside it: what only rests, or comes second, labels nothing."""

from __future__ import annotations

import pytest

from tests.e2e.test_hand import beside

ALL_LABELS = """() => {
  const [I, J, K] = [9, 9, 9], [i, j, k] = supervox.cursor
  let n = 0
  for (let a = -I; a <= I; a++) for (let b = -J; b <= J; b++) for (let c = -K; c <= K; c++)
    n += supervox.labelAt(i + a, j + b, k + c) ? 1 : 0
  return n
}"""


class Fingers:
    """What touches the screen, told to Chromium as a touch screen does."""

    def __init__(self, bench):
        self.bench, self.revision = bench, bench.revision
        self.session = bench.page.context.new_cdp_session(bench.page)
        self.points = {}

    def _tell(self, kind):
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in self.points.items()]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def put(self, n, at):
        self.points[n] = at
        self._tell("touchStart")

    def move(self, n, to, steps=5):
        x, y = self.points[n]
        for step in range(1, steps + 1):
            self.points[n] = (x + (to[0] - x) * step / steps, y + (to[1] - y) * step / steps)
            self._tell("touchMove")

    def lift(self, n):
        rest, self.points = self.points, {n: self.points.pop(n)}
        self._tell("touchEnd")
        self.points = rest

    def cancel(self):
        self.points.clear()
        self._tell("touchCancel")

    def pen(self, kind, at, buttons=1):
        how = {"x": at[0], "y": at[1], "button": "left", "buttons": buttons, "clickCount": 1}
        self.session.send("Input.dispatchMouseEvent", {"type": kind, "pointerType": "pen", **how})


@pytest.fixture
def fingers(bench):
    for key in ("d", "1", "r"):
        bench.press(key)
    fingers = Fingers(bench)
    assert labels_of(bench) == 0
    yield fingers
    fingers.session.detach()


def labels_of(bench):
    """How many voxels around the cursor are labelled."""
    return bench.page.evaluate(ALL_LABELS)


def take_back(bench):
    """Undo the one stroke that there is."""
    revision = bench.revision
    bench.press("z")
    bench.wait_settled(revision + 1)
    assert labels_of(bench) == 0


def apart(bench):
    """Pixels between two voxels on the axial slice."""
    i, j, k = bench.cursor
    (x0, y0), (x1, y1) = bench.at("axial", (i, j, k)), bench.at("axial", (i + 4, j + 4, k))
    return abs(x1 - x0) + abs(y1 - y0)


def along(at, dx, dy=0):
    return (at[0] + dx, at[1] + dy)


def is_untouched(bench, fingers):
    """Whether no stroke was sent, none waits, and none is drawn."""
    bench.wait_settled()
    return (bench.revision, labels_of(bench)) == (fingers.revision, 0)


def test_one_finger_draws(bench, fingers):
    start = beside(bench, 0)
    fingers.put(1, start)
    fingers.move(1, along(start, 30))
    fingers.lift(1)

    bench.wait_settled(fingers.revision + 1)
    assert labels_of(bench) > 0
    take_back(bench)


@pytest.mark.parametrize("key", ["d", "t", "f", "x"])
def test_a_second_finger_takes_the_stroke_back_and_zooms(bench, fingers, key):
    bench.press(key)
    start, width = beside(bench, 0), apart(bench)
    fingers.put(1, start)
    fingers.move(1, along(start, 30))
    fingers.put(2, along(start, 60))
    fingers.move(2, along(start, 90))
    fingers.lift(2)
    fingers.move(1, along(start, 10, 20))
    fingers.lift(1)

    assert is_untouched(bench, fingers)
    assert apart(bench) == pytest.approx(2 * width, rel=0.1)

    bench.press("r")
    bench.press("d")
    i, j, k = bench.cursor
    bench.stroke("axial", (i, j, k), (i + 1, j + 1, k))
    bench.wait_settled(fingers.revision + 1)
    take_back(bench)


def test_two_fingers_move_the_slice(bench, fingers):
    start, width = beside(bench, 0), apart(bench)
    fingers.put(1, start)
    fingers.put(2, along(start, 40))
    for step in range(1, 6):
        fingers.move(1, along(start, 0, 6 * step), steps=1)
        fingers.move(2, along(start, 40, 6 * step), steps=1)
    fingers.lift(1)
    fingers.lift(2)

    assert is_untouched(bench, fingers)
    x, y = bench.at("axial", bench.cursor)
    assert (x, y) == pytest.approx(along(start, 0, 30), abs=3)
    assert apart(bench) == pytest.approx(width, rel=0.05)


def test_a_second_finger_on_another_slice_labels_nothing(bench, fingers):
    start, other = beside(bench, 0), bench.at("coronal", bench.cursor)
    fingers.put(1, start)
    fingers.move(1, along(start, 30))
    fingers.put(2, other)
    fingers.move(2, along(other, 30))
    fingers.move(1, along(start, 60))
    fingers.lift(2)
    fingers.lift(1)

    assert is_untouched(bench, fingers)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_pen_draws_while_the_palm_rests(bench, fingers, is_first):
    start, palm = beside(bench, 0), bench.at("sagittal", bench.cursor)
    if is_first:
        fingers.put(1, palm)
    fingers.pen("mousePressed", start)
    if not is_first:
        fingers.put(1, palm)
    for step in range(1, 6):
        fingers.pen("mouseMoved", along(start, 6 * step))
        fingers.move(1, along(palm, 2 * step), steps=1)
    fingers.pen("mouseReleased", along(start, 30), buttons=0)
    fingers.lift(1)

    bench.wait_settled(fingers.revision + 1)
    take_back(bench)


def test_what_the_system_takes_for_a_palm_labels_nothing(bench, fingers):
    start = beside(bench, 0)
    fingers.put(1, start)
    fingers.move(1, along(start, 30))
    fingers.cancel()

    assert is_untouched(bench, fingers)
