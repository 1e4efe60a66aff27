"""The page as its user has it: mouse, keys, buttons by their names, and window.supervox."""

from __future__ import annotations

import nibabel as nib
import numpy as np
from playwright.sync_api import expect

WALK = """([name, I, J, K]) => {
  const all = []
  for (let i = 0; i < I; i++) for (let j = 0; j < J; j++) for (let k = 0; k < K; k++)
    all.push(supervox[name](i, j, k))
  return all
}"""


def stem(name):
    return name.removesuffix(".gz").removesuffix(".nii")


class Bench:
    """Drives one page."""

    module = None  # whose tests used it last, where several share it

    def __init__(self, page, traffic):
        self.page, self.traffic = page, traffic

    # What the page says of itself

    def __getattr__(self, name):
        """`revision`, `cursor`, `pending` or `ready`, as the page's one public object has it."""
        return self.page.evaluate(f"window.supervox.{name}")

    def until(self, condition, argument=None, seconds=30):
        """Wait until a condition in JavaScript holds."""
        self.page.wait_for_function(condition, arg=argument, timeout=seconds * 1000)

    def wait_ready(self, seconds=60):
        self.until("window.supervox && window.supervox.ready", seconds=seconds)
        return self

    def wait_settled(self, revision=None):
        """Wait until the server has taken every stroke, and the page every edit."""
        self.page.evaluate("new Promise((done) => setTimeout(done))")
        self.until("supervox.pending === 0")
        if revision is not None:
            self.until("(n) => supervox.revision === n", revision)

    def voxels(self, name, shape):
        """The page's own copy of the ids (`idAt`) or the labels (`labelAt`), voxel by voxel."""
        return self.numbers(WALK, [name, *shape]).astype(int).reshape(shape)

    def numbers(self, walk, argument):
        """The numbers that a function of the page returns, as one text: each alone takes long."""
        text = self.page.evaluate(f"(argument) => ({walk})(argument).join()", argument)
        return np.array(text.split(","), float)

    # Mouse and keys

    def at(self, plane, voxel):
        """Page pixels of a voxel's centre."""
        where = [plane, *map(int, voxel)]
        return self.page.evaluate("(where) => window.supervox.toScreen(...where)", where)

    def ways(self, lines):
        """Page pixels of the corners of many lines (plane, corners) at once."""
        asked = [[[plane, *map(int, corner)] for corner in corners] for plane, corners in lines]
        return self.page.evaluate(
            "(lines) => lines.map((line) => line.map((w) => supervox.toScreen(...w)))", asked
        )

    def click(self, plane, voxel):
        self.page.mouse.click(*self.at(plane, voxel))

    def go_to(self, voxel):
        """Move the cursor: a click on the axial slice, then one on the coronal slice."""
        self.click("axial", voxel)
        self.click("coronal", voxel)
        self.until("(to) => supervox.cursor.join() === to.join()", list(map(int, voxel)))

    def stroke(self, plane, *corners, steps=1, hold_ms=0):
        """Drag over the voxels `corners`, which lie on the slice that is shown."""
        start, *way = self.ways([(plane, corners)])[0]
        self.page.mouse.move(*start)
        self.page.mouse.down()
        if hold_ms:
            self.page.wait_for_timeout(hold_ms)
        for xy in way:
            self.page.mouse.move(*xy, steps=steps)
        self.page.mouse.up()

    def press(self, key):
        self.page.keyboard.press(key)

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def pane(self, name):
        return self.page.get_by_label(name, exact=True).and_(self.page.locator("section"))

    # Files

    def choose(self, name, kind="Volume"):
        """Choose a file in the Open dialog."""
        self.button("Open").click()
        dialog = self.page.get_by_role("dialog", name="Open a file")
        dialog.get_by_role("radio", name=kind, exact=True).check()
        dialog.get_by_role("option", name=name, exact=True).click()
        expect(dialog).to_be_hidden()

    def open(self, name, seconds=60):
        """Open a volume by the dialog, and wait until it is partitioned."""
        self.choose(name)
        self.wait_opened(stem(name))
        return self.wait_ready(seconds)

    def wait_opened(self, title):
        expect(self.page.locator("header .name")).to_have_text(title, timeout=60_000)

    def title(self):
        """The name of the volume that is open."""
        return self.page.locator("header .name").inner_text()

    def download(self, name, to):
        """Press a download button; returns where the file was saved under its own name."""
        with self.page.expect_download() as download:
            self.button(name).click()
        path = to / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def superpixels(self, to):
        """The ids that the page offers for download."""
        image = nib.load(self.download("Download superpixels", to))
        return np.asarray(image.dataobj)

    def tidy(self, name):
        """Make it as if it were new: with a volume that it has not seen, and all is shown."""
        self.page.bring_to_front()
        self.page.set_viewport_size({"width": 1440, "height": 900})
        self.press("Escape")
        self.open(name)
        self.until("supervox.revision === 0")
        for button in map(self.button, ("Borders", "Labels", "3D", "Radiological")):
            if button.get_attribute("aria-pressed") == "false":
                button.click()
        for key in ("d", "1", "r"):
            self.press(key)

    @property
    def edits(self):
        """The rows of the history that are drawn, newest first; the last is the beginning."""
        history = self.page.get_by_role("listbox", name="Edits, newest first")
        return history.get_by_role("option")

    @property
    def mark(self):
        """What the bar says of the labels: whether they are saved."""
        return self.page.get_by_role("status", name="Saved")

    @property
    def warning(self):
        """The banner over the page when the server does not answer."""
        return self.page.get_by_role("alert")

    def message(self, text):
        """A sentence on the page."""
        return self.page.get_by_role("status").get_by_text(text)
