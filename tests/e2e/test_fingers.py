"""Fingers, a pen and the palm beside it: what only rests, or comes second, labels nothing."""

from __future__ import annotations

import pytest

from tests.e2e.test_hand import beside, hand  # noqa: F401 - a fixture for all of these

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
        self.bench = bench
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
def fingers(hand):  # noqa: F811 - as above
    return Fingers(hand)


def apart(bench):
    """Pixels between two voxels on the axial slice."""
    i, j, k = bench.cursor
    (x0, y0), (x1, y1) = bench.at("axial", (i, j, k)), bench.at("axial", (i + 4, j + 4, k))
    return abs(x1 - x0) + abs(y1 - y0)


def along(at, dx, dy=0):
    return (at[0] + dx, at[1] + dy)


def is_untouched(bench):
    """Whether no stroke was sent, none waits, and none is drawn."""
    bench.wait_settled()
    return (bench.revision, bench.page.evaluate(ALL_LABELS)) == (0, 0)


def test_one_finger_draws(hand, fingers):  # noqa: F811
    start = beside(hand, 0)
    fingers.put(1, start)
    fingers.move(1, along(start, 30))
    fingers.lift(1)

    hand.wait_settled(1)
    assert hand.page.evaluate(ALL_LABELS) > 0


@pytest.mark.parametrize("key", ["d", "t", "f", "x"])
def test_a_second_finger_takes_the_stroke_back_and_zooms(hand, fingers, key):  # noqa: F811
    hand.press(key)
    start, width = beside(hand, 0), apart(hand)
    fingers.put(1, start)
    fingers.move(1, along(start, 30))
    fingers.put(2, along(start, 60))
    fingers.move(2, along(start, 90))
    fingers.lift(2)
    fingers.move(1, along(start, 10, 20))
    fingers.lift(1)

    assert is_untouched(hand)
    assert apart(hand) == pytest.approx(2 * width, rel=0.1)

    hand.press("r")
    hand.press("d")
    hand.stroke("axial", hand.cursor, [n + 1 for n in hand.cursor][:2] + hand.cursor[2:])
    hand.wait_settled(1)


def test_two_fingers_move_the_slice(hand, fingers):  # noqa: F811
    start, width = beside(hand, 0), apart(hand)
    fingers.put(1, start)
    fingers.put(2, along(start, 40))
    for step in range(1, 6):
        fingers.move(1, along(start, 0, 6 * step), steps=1)
        fingers.move(2, along(start, 40, 6 * step), steps=1)
    fingers.lift(1)
    fingers.lift(2)

    assert is_untouched(hand)
    x, y = hand.at("axial", hand.cursor)
    assert (x, y) == pytest.approx(along(start, 0, 30), abs=3)
    assert apart(hand) == pytest.approx(width, rel=0.05)


def test_a_second_finger_on_another_slice_labels_nothing(hand, fingers):  # noqa: F811
    start, other = beside(hand, 0), hand.at("coronal", hand.cursor)
    fingers.put(1, start)
    fingers.move(1, along(start, 30))
    fingers.put(2, other)
    fingers.move(2, along(other, 30))
    fingers.move(1, along(start, 60))
    fingers.lift(2)
    fingers.lift(1)

    assert is_untouched(hand)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_pen_draws_while_the_palm_rests(hand, fingers, is_first):  # noqa: F811
    start, palm = beside(hand, 0), hand.at("sagittal", hand.cursor)
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

    hand.wait_settled(1)
    hand.press("z")
    hand.wait_settled(2)
    assert hand.page.evaluate(ALL_LABELS) == 0


def test_what_the_system_takes_for_a_palm_labels_nothing(hand, fingers):  # noqa: F811
    start = beside(hand, 0)
    fingers.put(1, start)
    fingers.move(1, along(start, 30))
    fingers.cancel()

    assert is_untouched(hand)
