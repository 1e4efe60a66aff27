"""The film of the real page: a stroke, labels on all slices, labels in 3D."""

from __future__ import annotations

from itertools import pairwise

from PIL import Image

from docs.hand import IMAGES, Hand
from docs.tumour import MIDDLE, STROKES

SIZE = {"width": 1120, "height": 700}
WIDTH = 900  # of the film; text of the page is still read
QUALITY = 55
SHORT_MS, LONG_MS = 60, 900
FRAMES_A_LEG = 4


class Film:
    """Frames, and how long each is seen.

    Parameters
    ----------
    hand : Hand
        On the page that is filmed.
    """

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.frames: list[tuple[Image.Image, int]] = []

    def add(self, ms: int) -> None:
        """Take the page as it is now."""
        picture = self.hand.shot()
        height = round(picture.height * WIDTH / picture.width)
        self.frames.append((picture.resize((WIDTH, height), Image.Resampling.LANCZOS), ms))

    def draw(self, label: int, plane: str, voxels: tuple) -> None:
        """Film one stroke, from before it until it is saved."""
        hand = self.hand
        hand.press(str(label))
        hand.begin(plane, voxels[:1])
        for start, end in pairwise(voxels):
            for n in range(1, FRAMES_A_LEG + 1):
                hand.point(plane, between(start, end, n / FRAMES_A_LEG))
                self.add(SHORT_MS)
        hand.end()
        self.add(LONG_MS)

    def turn(self) -> None:
        """Film how the 3D view is turned by a drag."""
        box = self.hand.pane("3D view").bounding_box()
        x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
        mouse = self.hand.page.mouse
        mouse.move(x, y)
        mouse.down()
        for n in range(1, 10):
            mouse.move(x + 16 * n, y + 3 * n)
            self.hand.go_on(0.2)
            self.add(SHORT_MS)
        mouse.up()
        self.add(2 * LONG_MS)

    def save(self) -> None:
        """Write the film, which begins anew when it has ended."""
        pictures, times = zip(*self.frames, strict=True)
        pictures[0].save(
            IMAGES / "film.webp",
            save_all=True,
            append_images=pictures[1:],
            duration=list(times),
            loop=0,
            quality=QUALITY,
            method=6,
        )


def between(start: tuple, end: tuple, share: float) -> tuple:
    """Return the point that lies so far on the way from one to another."""
    return tuple(a + share * (b - a) for a, b in zip(start, end, strict=True))


def shoot(hand: Hand) -> None:
    """Film how the tumour is labelled by four strokes, on a page with nothing done to it."""
    hand.go_to(MIDDLE)
    for plane in ("axial", "coronal", "sagittal"):
        hand.zoom(plane, MIDDLE, 2)
    hand.page.mouse.move(5, 400)
    hand.wait_still()
    film = Film(hand)
    film.add(LONG_MS)
    for stroke in STROKES[:2]:
        film.draw(*stroke)
    hand.wait_still()
    film.add(LONG_MS)
    for stroke in (STROKES[2], STROKES[6]):
        film.draw(*stroke)
    hand.wait_still()
    film.add(LONG_MS)
    film.turn()
    film.save()
