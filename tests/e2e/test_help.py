"""The page explains itself, and nobody is kept out: tooltips, hints, and what axe-core finds."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import pages

# All that axe-core has on by itself, and what it still calls an experiment or a recent demand.
MORE_RULES = ("label-content-name-mismatch", "css-orientation-lock", "hidden-content")
RULES = {"rules": {rule: {"enabled": True} for rule in MORE_RULES}}
# Every button of the page and of Panel's own trees: what it is called, its tooltip, its key.
BUTTONS = """() => {
  const all = []
  const walk = (root) => {
    for (const el of root.querySelectorAll("*")) {
      if (el.tagName === "BUTTON") all.push([el.ariaLabel || el.textContent.trim(), el.title, el.querySelector("kbd")?.dataset.key ?? ""])
      if (el.shadowRoot) walk(el.shadowRoot)
    }
  }
  walk(document)
  return all
}"""  # noqa: E501


def violations(bench, within=None):
    """What axe-core finds, as (rule, elements)."""
    found = Axe().run(bench.page, within, RULES).response["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]


kept = pytest.fixture(scope="module")(pages)


@pytest.fixture(scope="module")
def script():
    """Each visit of these tests is as the first one."""
    return "localStorage.removeItem('supervox-hints')"


@pytest.mark.slow
def test_every_button_has_a_name_and_a_tooltip_with_its_key(bench):
    for last in ("Download superpixels", "Download labels"):  # what is made late is named by then
        bench.button(last).hover()
    bench.until(f"({BUTTONS})().every(([name, title]) => name && title)")

    buttons = bench.page.evaluate(BUTTONS)

    assert len(buttons) > 20
    for name, title, key in buttons:
        assert f"({key})" in title or not key, name
    hint = bench.page.get_by_role("note", name="Hint")
    expect(hint).to_contain_text("Draw a line over what you want to label")
    hint.get_by_role("button", name="Close hint").click()
    expect(hint).to_be_hidden()
    assert "draw" in bench.page.evaluate("localStorage.getItem('supervox-hints')")


@pytest.mark.slow
def test_axe_finds_nothing_at_rest_and_in_dialogs(bench, put):
    put(nib.Nifti1Image(np.zeros((4, 5, 6, 2), np.int16), np.eye(4)), "axe_series.nii.gz")
    dialog = bench.page.get_by_role("dialog")
    i, j, k = bench.cursor
    bench.stroke("axial", (i, j, k), (i + 3, j, k))
    bench.wait_settled(1)
    bench.press("z")
    bench.wait_settled(2)
    assert violations(bench) == []

    bench.press("?")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("(el) => el.scrollTop") == 0
    assert violations(bench) == []
    bench.press("?")

    bench.button("Add label").click()
    bench.button("More on labels").click()
    expect(bench.page.get_by_role("dialog", name="More on labels")).to_be_visible()
    assert violations(bench) == []
    bench.press("Escape")
    bench.button("Add label").click()

    bench.button("Open").click()
    expect(dialog.get_by_role("option", name="axe_series.nii.gz")).to_be_visible()
    assert violations(bench) == []

    dialog.get_by_role("option", name="axe_series.nii.gz").click()
    expect(bench.page.get_by_role("dialog", name="Which volume")).to_be_visible()
    assert violations(bench) == []
    bench.press("Escape")


@pytest.mark.slow
def test_a_hint_to_draw_is_there_only_when_one_can_draw_and_see_it(bench):
    bench.page.reload()
    bench.wait_ready()
    hint = bench.page.get_by_role("note", name="Hint")
    drawing = "Draw a line over what you want to label"
    expect(hint).to_contain_text(drawing)

    for off, on in (("s", "s"), ("w", "d"), ("x", "d")):
        bench.press(off)
        expect(hint).not_to_contain_text(drawing)
        bench.press(on)
        expect(hint).to_contain_text(drawing)

    hint.get_by_role("button", name="No hints").click()
    expect(hint).to_be_hidden()
