"""Names and texts that a browser or a spreadsheet would run, wherever the page shows text."""

from __future__ import annotations

import re

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.phantoms import STORED, phantom

PAYLOADS = (
    "<img src=x onerror=pwned++>",
    "<script>pwned++</script>",
    '"><svg onload=pwned++>',
    "'><body onload=pwned++>",
    "</title><script>pwned++</script>",
    "<iframe srcdoc='<script>top.pwned++</script>'>",
    "<iframe src=javascript:top.pwned++>",
    "<details open ontoggle=pwned++>x",
    "<style>@import 'http://foreign.example/x'</style>",
    "<link rel=stylesheet href=http://foreign.example/y>",
    '" onmouseover="pwned++" style="position:fixed;inset:0',
    "' autofocus onfocus='pwned++",
    "![x](http://foreign.example/z.png)",
    "[x](javascript:pwned++)",
    "javascript:pwned++",
    "{{constructor.constructor('pwned++')()}}",
    "${pwned++}<b data-pwned>",
    "&lt;img src=x onerror=pwned++&gt;",
    "=HYPERLINK(\"http://foreign.example\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
)  # fmt: skip
FOUND = """() => {
  const all = [], look = (root) => root.querySelectorAll("*").forEach((el) => {
    if (el.shadowRoot) look(el.shadowRoot)
    const names = el.getAttributeNames()
    if (names.some((name) => name === "data-pwned" || /^on/.test(name))
      || ["x", "foreign"].some((word) => (el.getAttribute("src") ?? "").startsWith(word))
      || (el.getAttribute("href") ?? "").match(/foreign|javascript:/)) all.push(el.outerHTML)
  })
  look(document)
  return [window.pwned, all]
}"""


def file_name(text, ending=".nii"):
    """A payload as a file may be called."""
    return text.replace("/", "\u2215") + ending


@pytest.fixture
def victim(bench, put):
    """A page that counts what is executed in it, with a volume of these tests' own."""
    if bench.title().startswith("start"):
        put(phantom(STORED["ras"], seed=70), "victim.nii.gz")
        bench.open("victim.nii.gz")
    bench.page.evaluate("() => { window.pwned = 0; window.alert = () => { window.pwned++ } }")
    bench.wait_ready()
    yield bench
    bench.page.wait_for_timeout(300)  # an image that fails tells so later
    assert bench.page.evaluate(FOUND) == [0, []]


@pytest.fixture
def folder(data):
    """A folder of files that are called like payloads, in one that is too; none can be read."""
    folder = data / file_name(PAYLOADS[0], "")
    folder.mkdir(exist_ok=True)
    for payload in PAYLOADS:
        (folder / file_name(payload)).write_text("no volume")
    return folder


def open_dialog(bench):
    bench.button("Open").click()
    return bench.page.get_by_role("dialog", name="Open a file")


@pytest.mark.slow
def test_names_of_files_are_text_in_the_list_and_in_errors(victim, folder):
    for payload in PAYLOADS:
        dialog = open_dialog(victim)
        dialog.get_by_role("option", name=folder.name).click()
        expect(dialog.get_by_role("option")).to_have_count(len(PAYLOADS) + 1)
        dialog.get_by_role("option", name=file_name(payload), exact=True).click()

        expect(victim.message(file_name(payload)).last).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize(
    "payloads", [PAYLOADS[::5], pytest.param(PAYLOADS, marks=pytest.mark.torture)], ids=len
)
def test_names_of_uploads_are_text(victim, tmp_path, payloads):
    for payload in payloads:
        (tmp_path / file_name(payload)).write_bytes(b"\0" * 999)
        dialog = open_dialog(victim)
        victim.page.locator("input[type=file]").set_input_files(tmp_path / file_name(payload))

        expect(victim.message(file_name(payload)[-15:]).last).to_be_visible()
        expect(dialog).to_be_hidden()


@pytest.mark.slow
def test_names_of_labels_are_text(victim, tmp_path):
    rows = victim.page.get_by_role("grid", name="Labels to paint with").get_by_role("row")
    centre = victim.cursor
    for payload in PAYLOADS:
        rows.first.locator(".name").dblclick()
        field = victim.page.get_by_role("textbox", name="Name of label 1")
        field.fill(payload)
        field.press("Enter")
        expect(rows.first.locator(".name")).to_have_text(payload)
        victim.stroke("axial", centre, [centre[0] + 4, *centre[1:]])
        victim.wait_settled()

        history = victim.page.get_by_role("listbox", name="Edits, newest first")
        expect(history.get_by_text(payload).first).to_be_visible()
        named = re.compile(re.escape(payload))
        expect(victim.button("Undo")).to_have_attribute("title", named)
        victim.button("Undo").click()
        expect(victim.button("Redo")).to_have_attribute("title", named)


@pytest.mark.slow
def test_no_cell_of_the_label_table_is_a_formula(victim, tmp_path):
    row = victim.page.get_by_role("grid", name="Labels to paint with").get_by_role("row").first
    for name in ("=1+1", "+1", "-1", "@SUM(1)", '"=1+1"', "'=1+1"):
        row.locator(".name").dblclick()
        field = victim.page.get_by_role("textbox", name="Name of label 1")
        field.fill(name)
        field.press("Enter")
        expect(row.locator(".name")).to_have_text(name)

        table = victim.download("Download label table", tmp_path).read_text()

        assert table.splitlines()[1].split("\t")[1] == f"'{name}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", [0, *(pytest.param(part, marks=pytest.mark.torture) for part in range(1, 5))]
)
def test_the_name_and_the_header_of_a_volume_are_text(victim, put, tmp_path, part):
    said = " ".join(PAYLOADS[4 * part : 4 * part + 4])
    name = file_name(said.encode()[:200].decode("utf-8", "ignore"), "")
    image = phantom(STORED["ras"], seed=part)
    image.header["descrip"], image.header["intent_name"] = said[:79], said[:15]
    image.header["aux_file"], image.header["db_name"] = said[:23], said[:17]
    several = nib.Nifti1Image(
        np.stack([np.asarray(image.dataobj)] * 2, -1), image.affine, image.header
    )
    put(several, f"{name}.nii")

    victim.choose(f"{name}.nii")
    question = victim.page.get_by_role("dialog", name="Which volume")
    expect(question.get_by_text(f"{name}.nii holds 2 volumes")).to_be_visible()
    question.get_by_role("button", name="Open volume").click()
    victim.wait_opened(name)
    victim.wait_ready()

    assert victim.page.title() == f"{name} · supervox"
    victim.stroke("axial", victim.cursor, [victim.cursor[0] + 4, *victim.cursor[1:]])
    victim.wait_settled()
    assert victim.download("Download labels", tmp_path).stat().st_size
    victim.button("Undo").click()
    victim.wait_settled()
    put(nib.load(next(tmp_path.glob("*.nii.gz"))), f"{name}.nii.gz")
    victim.choose(f"{name}.nii.gz", "Labels over the open volume")
    expect(victim.page.get_by_text(f"opened {name}.nii.gz").first).to_be_visible()
