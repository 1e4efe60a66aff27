from __future__ import annotations

import pytest

from dashboard.annotation.label_table import (
    MOST_KEYS,
    Label,
    color_of,
    first_labels,
    inverse,
    is_color,
    missing,
    named,
    nearest,
    next_free,
    relabelled,
)


def test_one_begins_with_four_labels():
    assert [label.value for label in first_labels()] == [1, 2, 3, 4]
    assert first_labels()[1].name == "label 2"


def test_one_may_begin_with_names_of_ones_own():
    assert [label[:2] for label in first_labels(("bone", "marrow"))] == [(1, "bone"), (2, "marrow")]


def test_the_labels_that_have_a_key_differ_in_colour():
    assert len({color_of(value) for value in range(1, MOST_KEYS + 1)}) == MOST_KEYS


@pytest.mark.parametrize("value", [1, 9, 10, 300, 65535])
def test_every_value_has_a_colour(value):
    assert is_color(color_of(value))


def test_hundreds_of_labels_differ_in_colour():
    assert len({color_of(value) for value in range(1, 501)}) == 500


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  left \n <b>lung</b>\t", "left <b>lung</b>"),
        ("a\x00b\ud800c", "a b c"),
        (" \n ", ""),
        ("x" * 1000, "x" * 80),
    ],
)
def test_a_name_is_one_line_of_what_can_be_written(text, name):
    assert named(text) == name


@pytest.mark.parametrize(
    ("values", "free"), [([], 1), ([1, 2, 4], 3), ([2], 1), (range(1, 65536), None)]
)
def test_the_next_free_value_is_the_lowest(values, free):
    assert next_free(tuple(Label(value, "x", "#000000") for value in values)) == free


@pytest.mark.parametrize(("value", "found"), [(2, 2), (3, 40), (41, 40)])
def test_the_nearest_label_comes_next_or_last(value, found):
    table = (Label(2, "liver", "#ff0000"), Label(40, "spleen", "#00ff00"))

    assert nearest(table, value) == found
    assert nearest((), value) is None


def test_values_without_a_label_get_one_in_order():
    known = (Label(2, "liver", "#ff0000"), Label(40, "spleen", "#00ff00"))

    table = relabelled(known, missing(known, [300, 2, 11]))

    assert [label[:2] for label in table] == [
        (2, "liver"),
        (11, "label 11"),
        (40, "spleen"),
        (300, "label 300"),
    ]


def test_values_that_all_have_a_label_change_nothing():
    assert missing(first_labels(), [3, 1]) == ()


def test_a_change_of_the_table_can_be_taken_back():
    known = (Label(2, "liver", "#ff0000"), Label(40, "spleen", "#00ff00"))
    change = (
        (known[0], Label(2, "lobe", "#ff0000")),
        (known[1], None),
        (None, Label(7, "cyst", "#0000ff")),
    )

    changed = relabelled(known, change)

    assert changed == (Label(2, "lobe", "#ff0000"), Label(7, "cyst", "#0000ff"))
    assert relabelled(changed, inverse(change)) == known


def test_a_change_of_the_table_leaves_alone_what_is_hidden_and_locked():
    guarded = Label(2, "liver", "#ff0000", visible=False, locked=True)

    changed = relabelled((guarded,), ((Label(2, "liver", "#ff0000"), Label(2, "lobe", "#00ff00")),))

    assert changed == (Label(2, "lobe", "#00ff00", visible=False, locked=True),)
