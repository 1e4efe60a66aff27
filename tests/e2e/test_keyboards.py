"""Keys of other layouts: letters of other scripts, French digits, brackets made with AltGr."""

# ruff: noqa: RUF001 - Cyrillic, Greek and Hebrew letters

from __future__ import annotations

import pytest
from playwright.sync_api import expect

ALT, CTRL, SHIFT = 1, 2, 8


@pytest.fixture
def keyed(bench):
    """A page with nothing labelled at its cursor, the first label and Draw."""
    for key in ("d", "1"):
        bench.press(key)
    assert labelled(bench) == 0
    yield bench
    if labelled(bench):
        revision = bench.revision
        bench.press("z")
        bench.wait_settled(revision + 1)


def labelled(bench):
    """The label at the cursor."""
    return bench.page.evaluate("supervox.labelAt(...supervox.cursor)")


def press(bench, key, code, modifiers=0, times=1):
    """Press a key as a layout has it; more `times` is to hold it down."""
    session = bench.page.context.new_cdp_session(bench.page)
    how = {"key": key, "code": code, "modifiers": modifiers}
    for n in range(times):
        session.send("Input.dispatchKeyEvent", {"type": "keyDown", "autoRepeat": n > 0, **how})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **how})
    session.detach()


def expect_tool(bench, name):
    tools = bench.page.get_by_role("navigation", name="Tools")
    expect(tools.get_by_role("button", name=name, exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def opacity(bench):
    return float(bench.page.get_by_role("slider", name="Label opacity").input_value())


@pytest.mark.parametrize(
    ("undo", "redo", "erase"),
    [("я", "н", "у"), ("ζ", "υ", "ε"), ("ז", "ט", "ק"), ("ئ", "غ", "ث")],
)
def test_letters_of_other_scripts_count_by_their_place(keyed, undo, redo, erase):
    i, j, k = keyed.cursor
    revision = keyed.revision
    keyed.stroke("axial", (i, j, k), (i + 1, j, k))
    keyed.wait_settled(revision + 1)

    press(keyed, undo, "KeyZ", CTRL)
    keyed.wait_settled(revision + 2)
    assert labelled(keyed) == 0
    press(keyed, redo, "KeyY", CTRL)
    keyed.wait_settled(revision + 3)
    press(keyed, undo.upper(), "KeyZ", CTRL)
    keyed.wait_settled(revision + 4)
    press(keyed, undo.upper(), "KeyZ", CTRL | SHIFT)
    keyed.wait_settled(revision + 5)
    assert labelled(keyed) == 1
    press(keyed, erase, "KeyE")
    expect_tool(keyed, "Erase")


def test_latin_letters_count_as_they_are_written(keyed):
    i, j, k = keyed.cursor
    revision = keyed.revision
    keyed.stroke("axial", (i, j, k), (i + 1, j, k))
    keyed.wait_settled(revision + 1)

    press(keyed, "z", "KeyY", CTRL)  # German
    keyed.wait_settled(revision + 2)
    assert labelled(keyed) == 0
    press(keyed, "y", "KeyZ", CTRL)
    keyed.wait_settled(revision + 3)
    assert labelled(keyed) == 1
    press(keyed, "w", "KeyZ")  # French
    expect_tool(keyed, "Window")


def test_digits_of_a_french_row_choose_labels_and_with_shift_windows(keyed):
    chosen = keyed.page.locator("[role=row][aria-selected=true]")
    keyed.button("Add label").click()
    keyed.press("Enter")  # its name is left as it is
    keyed.press("1")
    expect(chosen).to_contain_text("label 1")

    press(keyed, "é", "Digit2")
    expect(chosen).to_contain_text("label 2")
    press(keyed, "&", "Digit1")
    expect(chosen).to_contain_text("label 1")

    menu = keyed.page.get_by_role("combobox", name="Window preset")
    press(keyed, "2", "Digit2", SHIFT)
    expect(menu).to_have_value("1")
    expect(chosen).to_contain_text("label 1")
    press(keyed, "2", "Numpad2")
    expect(chosen).to_contain_text("label 2")


@pytest.mark.parametrize(
    ("key", "code", "modifiers", "change"),
    [
        ("[", "Digit8", ALT | CTRL, -10),  # German AltGr on Windows
        ("]", "Digit6", ALT, 10),  # Option on a Mac
        ("х", "BracketLeft", 0, -10),
        ("Ъ", "BracketRight", SHIFT, 10),
    ],
)
def test_brackets_count_however_they_are_made(keyed, key, code, modifiers, change):
    keyed.press("w")  # which has no radius
    before = opacity(keyed)

    press(keyed, key, code, modifiers)

    assert opacity(keyed) == before + change


def test_what_is_held_down_repeats_only_where_one_wants_that(keyed):
    keyed.press("w")
    before = opacity(keyed)
    press(keyed, "х", "BracketLeft", times=3)
    assert opacity(keyed) == before - 30

    borders = keyed.button("Borders")
    was = borders.get_attribute("aria-pressed")
    press(keyed, "и", "KeyB", times=4)
    expect(borders).not_to_have_attribute("aria-pressed", was)


@pytest.mark.parametrize(("key", "code", "modifiers"), [("e", "KeyE", ALT), ("¡", "Digit1", ALT)])
def test_with_alt_all_else_is_the_browsers(keyed, key, code, modifiers):
    press(keyed, key, code, modifiers)

    expect_tool(keyed, "Draw")
