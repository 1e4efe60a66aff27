"""The table of labels by mouse and key: what one does there is done, seen and taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, phantom

LUT = "".join(f"{value} region_{value} {value % 256} 80 160 0\n" for value in range(10, 210))


@pytest.fixture
def table(bench, put):
    """The page with a volume of these tests' own: other tests count on the labels of theirs."""
    if bench.title() != "table":
        put(phantom(STORED["ras"], seed=77), "table.nii.gz")
        bench.open("table.nii.gz")
    return bench


def named(bench, name):
    """The row of a label, as one hears it read out."""
    grid = bench.page.get_by_role("grid", name="Labels to paint with")
    return grid.get_by_role("row", name=name, exact=True)


@pytest.mark.slow
def test_labels_are_changed_by_mouse_and_key(table):
    bench = table
    centre = bench.cursor
    bench.stroke("axial", centre, [centre[0] + 4, *centre[1:]])
    bench.wait_settled()
    expect(named(bench, "label 1")).to_contain_text("mm³")
    expect(bench.page.get_by_text("voxels · mean")).to_be_visible()

    # A new one, by its value and name; the key of a small row; the label under the pointer
    bench.button("Add label").click()
    bench.page.get_by_role("spinbutton", name="Value of the new label").fill("700")
    bench.page.get_by_role("textbox", name="Name of the new label").fill("<b>spleen</b>")
    bench.press("Enter")
    expect(named(bench, "<b>spleen</b>")).to_have_attribute("aria-selected", "true")
    bench.page.mouse.move(*bench.at("axial", centre))
    bench.press("k")
    expect(named(bench, "label 1")).to_have_attribute("aria-selected", "true")
    bench.press("5")
    expect(named(bench, "<b>spleen</b>")).to_have_attribute("aria-selected", "true")

    # Another colour, name, and what is seen and guarded
    named(bench, "<b>spleen</b>").get_by_label("Colour of").fill("#12ab34")
    expect(bench.page.get_by_text("<b>spleen</b> → another colour").first).to_be_visible()
    named(bench, "<b>spleen</b>").focus()
    bench.press("F2")
    bench.page.get_by_role("textbox", name="Name of label 700").fill("spleen")
    bench.press("Enter")
    row = named(bench, "spleen")
    row.get_by_role("button", name="Hide spleen").click()
    expect(row.get_by_role("button", name="Show")).to_have_attribute("aria-pressed", "true")
    row.get_by_role("button", name="Lock: never paint over spleen").click()
    expect(row.get_by_role("button", name="Unlock")).to_be_visible()
    row.get_by_role("button", name="Unlock").click()

    # All of one to another, and back
    bench.press("1")
    bench.button("More on labels").click()
    bench.page.get_by_role("combobox", name="Merge into").select_option("700")
    expect(named(bench, "label 1")).to_have_count(0)
    bench.until("(ijk) => supervox.labelAt(...ijk) === 700", centre)
    row.focus()
    bench.press("Delete")
    expect(row).to_have_count(0)
    bench.until("(ijk) => supervox.labelAt(...ijk) === 0", centre)
    bench.press("z")
    bench.press("z")
    bench.until("(ijk) => supervox.labelAt(...ijk) === 1", centre)
    expect(named(bench, "label 1")).to_be_visible()


@pytest.mark.slow
def test_hundreds_of_labels_come_from_a_file_and_are_found(table, data, tmp_path):
    bench = table
    (data / "regions_LUT.txt").write_text(LUT)
    rows = bench.page.get_by_role("grid", name="Labels to paint with").get_by_role("row")

    bench.choose("regions_LUT.txt", kind="Label table")
    expect(named(bench, "region_209")).to_have_count(1)
    bench.page.get_by_role("searchbox", name="Find a label").fill("region_15")
    expect(rows.filter(visible=True)).to_have_count(11)  # 15, and 150 to 159
    bench.press("Enter")
    expect(named(bench, "region_15")).to_be_focused()
    expect(named(bench, "region_15")).to_have_attribute("aria-selected", "true")
    named(bench, "region_157").click()

    # Tab stops once in all of them; keys go on at the rows' neighbours, and the panel scrolls not
    aside = bench.page.locator("aside")
    assert aside.evaluate("(el) => el.scrollHeight - el.clientHeight") == 0
    assert rows.evaluate_all("(all) => all.filter((row) => row.tabIndex === 0).length") == 1
    named(bench, "region_157").focus()
    bench.press("ArrowDown")
    expect(named(bench, "region_158")).to_be_focused()
    bench.press("Delete")
    expect(named(bench, "region_158")).to_have_count(0)
    expect(named(bench, "region_157")).to_be_focused()
    bench.press("z")
    expect(named(bench, "region_158")).to_have_count(1)
    expect(named(bench, "region_157")).to_be_focused()

    # The menu takes the focus, and gives it back
    bench.button("More on labels").focus()
    bench.press("Enter")
    expect(bench.button("Rename")).to_be_focused()
    bench.press("Escape")
    expect(bench.button("More on labels")).to_be_focused()
    bench.button("More on labels").click()
    with bench.page.expect_download() as download:
        bench.button("ITK-SNAP").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name == "table_labels.txt"
    assert '"region_209"' in saved.read_text()
    bench.press("z")
    expect(named(bench, "region_209")).to_have_count(0)
