"""Keys of other layouts: letters of other scripts, French digits, brackets made with AltGr."""

# ruff: noqa: RUF001 - Cyrillic, Greek and Hebrew letters

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.test_hand import hand  # noqa: F401 - a fixture for all of these

ALT, CTRL, SHIFT = 1, 2, 8


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
def test_letters_of_other_scripts_count_by_their_place(hand, undo, redo, erase):  # noqa: F811
    i, j, k = hand.cursor
    hand.stroke("axial", (i, j, k), (i + 1, j, k))
    hand.wait_settled(1)

    press(hand, undo, "KeyZ", CTRL)
    hand.wait_settled(2)
    assert hand.page.evaluate("supervox.labelAt(...supervox.cursor)") == 0
    press(hand, redo, "KeyY", CTRL)
    hand.wait_settled(3)
    press(hand, undo.upper(), "KeyZ", CTRL)
    hand.wait_settled(4)
    press(hand, undo.upper(), "KeyZ", CTRL | SHIFT)
    hand.wait_settled(5)
    assert hand.page.evaluate("supervox.labelAt(...supervox.cursor)") == 1
    press(hand, erase, "KeyE")
    expect_tool(hand, "Erase")


@pytest.mark.parametrize(("key", "code"), [("y", "KeyZ"), ("w", "KeyZ"), ("z", "KeyW")])
def test_latin_letters_count_as_they_are_written(hand, key, code):  # noqa: F811
    i, j, k = hand.cursor
    hand.stroke("axial", (i, j, k), (i + 1, j, k))
    hand.wait_settled(1)
    if key != "z":
        hand.press("z")
        hand.wait_settled(2)

    press(hand, key, code, 0 if key == "w" else CTRL)

    if key == "w":
        expect_tool(hand, "Window")
    else:
        hand.wait_settled(3 if key == "y" else 2)
        assert hand.page.evaluate("supervox.labelAt(...supervox.cursor)") == (key == "y")


def test_digits_of_a_french_row_choose_labels_and_with_shift_windows(hand):  # noqa: F811
    chosen = hand.page.locator("[role=row][aria-selected=true]")
    hand.button("Add label").click()
    hand.press("Enter")  # its name is left as it is
    hand.press("1")
    expect(chosen).to_contain_text("label 1")

    press(hand, "é", "Digit2")
    expect(chosen).to_contain_text("label 2")
    press(hand, "&", "Digit1")
    expect(chosen).to_contain_text("label 1")

    menu = hand.page.get_by_role("combobox", name="Window preset")
    press(hand, "2", "Digit2", SHIFT)
    expect(menu).to_have_value("1")
    expect(chosen).to_contain_text("label 1")
    press(hand, "2", "Numpad2")
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
def test_brackets_count_however_they_are_made(hand, key, code, modifiers, change):  # noqa: F811
    hand.press("w")  # which has no radius
    before = opacity(hand)

    press(hand, key, code, modifiers)

    assert opacity(hand) == before + change


def test_what_is_held_down_repeats_only_where_one_wants_that(hand):  # noqa: F811
    hand.press("w")
    before = opacity(hand)
    press(hand, "х", "BracketLeft", times=3)
    assert opacity(hand) == before - 30

    borders = hand.button("Borders")
    was = borders.get_attribute("aria-pressed")
    press(hand, "и", "KeyB", times=4)
    expect(borders).not_to_have_attribute("aria-pressed", was)


@pytest.mark.parametrize(("key", "code", "modifiers"), [("e", "KeyE", ALT), ("¡", "Digit1", ALT)])
def test_with_alt_all_else_is_the_browsers(hand, key, code, modifiers):  # noqa: F811
    press(hand, key, code, modifiers)

    expect_tool(hand, "Draw")
