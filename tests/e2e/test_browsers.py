"""What one does with the page, from opening a volume to its labels' file, in each browser."""

from __future__ import annotations

import os

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from playwright.sync_api import expect

from dashboard.demo import PATH
from tests.browser import NO_FIREFOX, firefox_on_path
from tests.e2e import firefox
from tests.e2e.conftest import SLOW_MACHINE_MS
from tests.e2e.oracle import Oracle, held_axis
from tests.e2e.test_surface import coloured, view, wait_until

BROWSERS = ("Chromium", "Firefox")
# Places and values of the voxels that have a label: of millions only these.
LABELLED = """([I, J, K]) => {
  const found = []
  for (let i = 0, n = 0; i < I; i++) for (let j = 0; j < J; j++) for (let k = 0; k < K; k++, n++) {
    const label = supervox.labelAt(i, j, k)
    if (label) found.push(n, label)
  }
  return found
}"""
# Menus of Bokeh's that are there, wherever in the page's shadows.
MENUS = """() => {
  const all = []
  const walk = (root) => {
    for (const el of root.querySelectorAll("*")) {
      if (el.matches(".bk-Menu, .bk-menu") && el.checkVisibility()) all.push(el.textContent)
      if (el.shadowRoot) walk(el.shadowRoot)
    }
  }
  walk(document)
  return all
}"""
# Firefox asks for a menu where the mouse is, Chromium where the pointer was caught: ask everywhere.
ASK_FOR_MENUS = """() => {
  const kept = []
  const walk = (root) => {
    for (const el of root.querySelectorAll("*")) {
      if (el.matches(".bk-events, .bk-Figure, .pane, canvas")) {
        const { x, y, width, height } = el.getBoundingClientRect()
        const at = { clientX: x + width / 2, clientY: y + height / 2 }
        const event = new MouseEvent("contextmenu", { bubbles: true, composed: true, cancelable: true, ...at })
        el.dispatchEvent(event)
        kept.push(event.defaultPrevented)
      }
      if (el.shadowRoot) walk(el.shadowRoot)
    }
  }
  walk(document)
  return kept
}"""  # noqa: E501
TOLD = (
    "window.told = []; addEventListener('contextmenu', (e) => told.push(e.defaultPrevented), true)"
)


@pytest.fixture(scope="module")
def installed_firefox(playwright, tmp_path_factory):
    """The Firefox of this machine, which need not have one, unless EVERY_BROWSER is set."""
    path = firefox_on_path()
    if path is None:
        (pytest.fail if os.environ.get("EVERY_BROWSER") else pytest.skip)(NO_FIREFOX)
    launched = firefox.launch(playwright, path, tmp_path_factory.mktemp("firefox"))
    yield launched
    launched.close()


@pytest.fixture(scope="module", params=BROWSERS)
def context(request):
    """One visitor, with each browser in turn."""
    name = {"Chromium": "browser", "Firefox": "installed_firefox"}[request.param]
    visitor = request.getfixturevalue(name).new_context(accept_downloads=True)
    visitor.set_default_timeout(SLOW_MACHINE_MS)
    yield visitor
    visitor.close()


@pytest.fixture
def piece(put, request):
    """A piece of the demo in the data folder; each browser's is another, else it were one case."""
    begin = BROWSERS.index(request.node.callspec.params["context"])
    image = nib.load(PATH).slicer[begin + 50 : begin + 150, 60:170, 60:140]
    return put(image, f"piece-{begin}.nii.gz")


def labels_of(bench, shape):
    """The page's own label map."""
    labels = np.zeros(np.prod(shape), np.uint8)
    found = bench.numbers(LABELLED, list(shape)).astype(int)
    labels[found[::2]] = found[1::2]
    return labels.reshape(shape)


def partition(bench, count, to):
    """Ask for some superpixels, fewer than there are; returns their ids."""
    ids = bench.superpixels(to)
    voxel = np.argwhere(ids == ids.max())[0].tolist()
    bench.page.get_by_role("spinbutton", name="Count").press("Control+a")
    bench.page.keyboard.type(str(count))  # Firefox takes `fill` for no change
    bench.button("Partition").click()
    fewer = "([at, most]) => supervox.idAt(...at) <= most && supervox.ready"
    bench.until(fewer, [voxel, 2 * count], seconds=90)
    return bench.superpixels(to)


def corners_of(plane, affine, centre, length=14):
    """A corner through `centre` on a slice, along its rows and columns."""
    p, q = (axis for axis in range(3) if axis != held_axis(affine, plane))
    along, across = length * np.eye(3, dtype=int)[[p, q]]
    return [centre - along, centre, centre + across]


def test_from_a_volume_to_its_labels_file(new_bench, server, piece, tmp_path):
    bench = new_bench(server, 1280, 720).wait_ready()
    bench.open(piece.name)
    image, centre = nib.load(piece), np.array(bench.cursor)
    oracle = Oracle(partition(bench, 800, tmp_path), image.affine)
    assert 400 < oracle.ids.max() < 1600
    wait_until(lambda: view(bench).max() > 60)  # the outline of the whole
    colours = coloured(view(bench))

    for label, plane in enumerate(("axial", "coronal", "sagittal"), start=1):
        corners = corners_of(plane, image.affine, centre)
        bench.press(str(label))
        bench.stroke(plane, *corners, steps=3)
        oracle.paint(plane, corners, label)
        bench.wait_settled(oracle.revision)
        assert_array_equal(labels_of(bench, image.shape), oracle.labels)
    wait_until(lambda: coloured(view(bench)) > colours + 300)

    i, j, k = centre.tolist()
    bench.press("t")
    bench.press("4")
    bench.stroke("axial", (i + 20, j, k), (i + 30, j, k), steps=3)
    bench.wait_settled(4)
    touched_up = labels_of(bench, image.shape)
    brushed = np.argwhere(touched_up != oracle.labels)
    assert_array_equal(touched_up[i + 20 : i + 31, j, k], 4)
    assert {*brushed[:, 2]} == {k}

    bench.press("z")
    bench.wait_settled(5)
    assert_array_equal(labels_of(bench, image.shape), oracle.labels)
    bench.button("Redo").click()
    bench.wait_settled(6)
    assert_array_equal(labels_of(bench, image.shape), touched_up)

    bench.page.mouse.move(*bench.at("axial", (i, j, k)))
    bench.page.mouse.wheel(0, -120)
    bench.until("(k) => supervox.cursor[2] === k", k + 1)

    saved = nib.load(bench.download("Download labels", tmp_path))
    assert_array_equal(np.asarray(saved.dataobj), touched_up)
    assert_array_equal(saved.affine, image.affine)


def press_where_menus_open(page, x, y):
    """Press all that a menu opens for somewhere, over a figure."""
    page.mouse.click(x, y, button="right")
    page.mouse.down(button="right")
    page.mouse.move(x, y + 30, steps=3)
    page.mouse.up(button="right")
    page.keyboard.down("Control")
    page.mouse.click(x + 40, y, button="right")
    page.keyboard.up("Control")
    page.mouse.click(x, y, button="middle")
    page.mouse.click(x, y, delay=800)
    page.mouse.dblclick(x, y)
    page.mouse.dblclick(x, y)
    if page.context.browser.browser_type.name == "chromium":  # WebDriver's keys open no menu
        page.keyboard.press("Shift+F10")
        page.keyboard.press("ContextMenu")


def test_no_menu_lies_over_a_figure(new_bench, server):
    bench = new_bench(server, 1280, 720).wait_ready()
    page = bench.page
    page.evaluate(TOLD)

    press_where_menus_open(page, *bench.at("axial", bench.cursor))
    box = bench.pane("3D view").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, button="right")

    assert page.evaluate("told.length") >= 4
    assert page.evaluate("told.every((kept) => kept)")
    assert page.evaluate(MENUS) == []

    bench.press("i")
    expect(page.get_by_role("dialog", name="Intensities by label")).to_be_visible()
    kept = page.evaluate(ASK_FOR_MENUS)
    page.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert len(kept) > 10
    assert all(kept)
    assert page.evaluate(MENUS) == []
