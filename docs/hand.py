"""A hand on the real page, for the documents: mouse, keys and pictures."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page

IMAGES = Path(__file__).with_name("images")
QUALITY = 90
GROUND = "#0f1216"  # the page's own
Voxel = tuple[int, int, int]


class Hand:
    """Does on one page what an annotator does, and takes pictures of it.

    Parameters
    ----------
    page : Page
        With supervox's page in it, or about to be.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def until(self, condition: str, argument: object = None) -> None:
        """Wait until a condition in JavaScript holds."""
        self.page.wait_for_function(condition, arg=argument, timeout=180_000)

    def wait_ready(self) -> None:
        """Wait until slices, superpixels and labels are there, and nothing is on its way."""
        self.until("window.supervox?.ready && supervox.pending === 0 && supervox.saved")

    def go_on(self, seconds: float = 0.4) -> None:
        """Let the page draw: a fade or a scroll that nothing tells the end of."""
        self.page.wait_for_timeout(1000 * seconds)

    def press(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)

    def button(self, name: str) -> Locator:
        """Return the button of this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def pane(self, name: str) -> Locator:
        """Return the pane of this name: Axial, Coronal, Sagittal, 3D view."""
        return self.page.get_by_label(name, exact=True).and_(self.page.locator("section"))

    def at(self, plane: str, voxel: Voxel) -> list[float]:
        """Return page pixels (x, y) of a voxel."""
        return self.page.evaluate("([p, v]) => supervox.toScreen(p, ...v)", [plane, voxel])

    def point(self, plane: str, voxel: Voxel, steps: int = 1) -> None:
        """Move the mouse to a voxel."""
        self.page.mouse.move(*self.at(plane, voxel), steps=steps)

    def go_to(self, voxel: Voxel) -> None:
        """Move the cursor there, by a click on two planes."""
        for plane in ("axial", "coronal"):
            self.page.mouse.click(*self.at(plane, voxel))
        self.until("to => supervox.cursor.join() === to.join()", list(voxel))

    def begin(self, plane: str, voxels: Iterable[Voxel], steps: int = 12) -> None:
        """Draw a line, and keep the mouse button down."""
        first, *way = [self.at(plane, voxel) for voxel in voxels]
        self.page.mouse.move(*first)
        self.page.mouse.down()
        for point in way:
            self.page.mouse.move(*point, steps=steps)

    def end(self) -> None:
        """Let the mouse button go, and wait until what was drawn is saved."""
        before = self.page.evaluate("supervox.revision")
        self.page.mouse.up()
        self.until("n => supervox.revision > n", before)
        self.wait_ready()

    def drag(self, plane: str, voxel: Voxel, by: tuple[int, int]) -> None:
        """Drag from a voxel so many page pixels to the right and downwards."""
        x, y = self.at(plane, voxel)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by[0], y + by[1], steps=8)
        self.page.mouse.up()
        self.go_on()

    def stroke(self, plane: str, voxels: Iterable[Voxel], label: int | None = None) -> None:
        """Draw one stroke, with a label if one is given."""
        if label:
            self.press(str(label))
        self.begin(plane, voxels)
        self.end()

    def set(self, field: str, value: float) -> None:
        """Write a number into a field, as one does: with Enter at the end."""
        box = self.page.get_by_label(field, exact=True)
        box.fill(f"{value:g}")
        box.press("Enter")

    def partition(self) -> None:
        """Press Partition, and wait for the superpixels."""
        done = self.page.get_by_role("button", name="Cancel")
        self.button("Partition").click()
        self.go_on()
        done.wait_for(state="hidden", timeout=180_000)
        self.wait_ready()

    def open(self, name: str, kind: str = "Volume") -> None:
        """Choose a file of the server's folder in the Open dialog."""
        self.button("Open").click()
        dialog = self.page.get_by_role("dialog", name="Open a file")
        dialog.get_by_role("radio", name=kind, exact=True).check()
        dialog.get_by_role("option", name=name, exact=True).click()
        dialog.wait_for(state="hidden")

    def wait_still(self) -> None:
        """Wait until two pictures in a row are alike: the 3D view has then caught up."""
        last = b""
        while (now := self.page.screenshot()) != last:
            last = now
            self.go_on(1)

    def zoom(self, plane: str, voxel: Voxel, notches: int) -> None:
        """Zoom into a slice at a voxel, by the wheel with Ctrl."""
        self.point(plane, voxel)
        self.page.keyboard.down("Control")
        for _ in range(notches):
            self.page.mouse.wheel(0, -120)
            self.go_on(0.1)
        self.page.keyboard.up("Control")

    def rename(self, value: int, name: str) -> None:
        """Give a label a name, by a double click on the one it has."""
        row = self.page.get_by_role("row").nth(value - 1)
        row.locator(".name").dblclick()
        field = self.page.get_by_label(f"Name of label {value}", exact=True)
        field.fill(name)
        field.press("Enter")
        self.page.get_by_role("row", name=name, exact=True).wait_for()

    def go_back_to_the_beginning(self) -> None:
        """Undo all that was done, by the keys of the history."""
        history = self.page.get_by_role("listbox", name="Edits, newest first")
        history.focus()
        history.press("End")
        history.press("Enter")
        self.button("Undo").and_(self.page.locator(":disabled")).wait_for()
        self.wait_ready()
        # The last line was scrolled to, and the table of labels out of sight.
        self.page.locator("aside").evaluate("panel => { panel.scrollTop = 0 }")

    def shot(self, *parts: Locator, margin: int = 0) -> Image.Image:
        """Return a picture: of the page, or of what holds all `parts` and a margin."""
        clip = {"clip": box_around(parts, margin, self.page.viewport_size)} if parts else {}
        return Image.open(io.BytesIO(self.page.screenshot(**clip))).convert("RGB")

    def take(self, name: str, *parts: Locator, margin: int = 0) -> None:
        """Save a picture as NAME.webp: of the page, or of what holds all `parts` and a margin."""
        save(self.shot(*parts, margin=margin), name)


def box_around(parts: Iterable[Locator], margin: int, room: dict[str, int]) -> dict[str, float]:
    """Return the smallest box with all `parts` in it, and a margin if there is room."""
    boxes = [part.bounding_box() for part in parts]
    x, y = (max(0, min(box[axis] for box in boxes) - margin) for axis in "xy")
    right = max(box["x"] + box["width"] for box in boxes) + margin
    bottom = max(box["y"] + box["height"] for box in boxes) + margin
    return {
        "x": x,
        "y": y,
        "width": min(right, room["width"]) - x,
        "height": min(bottom, room["height"]) - y,
    }


def save(picture: Image.Image, name: str) -> None:
    """Save a picture; WebP, as 256 colours of a PNG would change those of the labels."""
    picture.save(IMAGES / f"{name}.webp", quality=QUALITY, method=6)


def beside(*pictures: Image.Image, gap: int = 12) -> Image.Image:
    """Return pictures of one height side by side."""
    width = sum(each.width for each in pictures) + gap * (len(pictures) - 1)
    joined = Image.new("RGB", (width, max(each.height for each in pictures)), GROUND)
    x = 0
    for each in pictures:
        joined.paste(each, (x, 0))
        x += each.width + gap
    return joined
