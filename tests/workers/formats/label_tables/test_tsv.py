from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.formats.label_tables import tsv

ROWS = ((1, "necrosis", "#ff0000"), (2, "oedema, mild", "#00ff7f"))
TEXT = "index\tname\tcolor\n1\tnecrosis\t#ff0000\n2\toedema, mild\t#00ff7f\n"


def test_a_table_is_written_as_bids_has_it():
    assert tsv.encode(ROWS) == TEXT


def test_a_table_is_read():
    assert tsv.decode(TEXT) == ROWS


def test_a_table_without_labels_has_its_columns():
    assert tsv.decode(tsv.encode([])) == ()


@given(
    st.dictionaries(
        st.integers(0, 2**32),
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
            st.from_regex(r"#[0-9a-f]{6}", fullmatch=True),
        ),
    )
)
def test_decoding_what_was_encoded_gives_the_rows(table):
    rows = tuple((value, name, color) for value, (name, color) in table.items())

    assert tsv.decode(tsv.encode(rows)) == rows


@given(st.text())
def test_no_name_breaks_the_table(name):
    ((value, read, color),) = tsv.decode(tsv.encode([(3, name, "#000000")]))

    assert (value, color) == (3, "#000000")
    assert read


def test_tabs_and_line_breaks_in_a_name_become_spaces():
    assert "3\ta b c\t#000000\n" in tsv.encode([(3, "a\tb\r\nc", "#000000")])


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n"])
def test_line_ends_of_any_system_are_read(end):
    assert tsv.decode("\ufeff" + TEXT.replace("\n", end)) == ROWS


def test_columns_are_found_by_their_names():
    text = "name\tmapping\tcolor\tindex\nnecrosis\t9\t#FF0000\t1\n"

    assert tsv.decode(text) == ((1, "necrosis", "#ff0000"),)


@pytest.mark.parametrize("text", ["index\tname\n1\ta\n", "index\tname\tcolor\n1\ta\tn/a\n"])
def test_a_colour_may_be_missing(text):
    assert tsv.decode(text) == ((1, "a", ""),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "names its columns"),
        ("1 0 0 0 label", "names its columns"),
        ("index\tname\tcolor\n1\ta\n", "Line 2 .* 3 cells; got 2"),
        ("index\tname\tcolor\n\n-1\ta\t#000000\n", 'Line 3 .* index from 0; got "-1"'),
        ("index\tname\tcolor\n1.5\ta\t#000000\n", "index from 0"),
        ("index\tname\tcolor\n٣\ta\t#000000\n", "index from 0"),
        ("index\tname\tcolor\n1\ta\tred\n", 'a color like #ff8800; got "red"'),
        ("index\tname\tcolor\n1\ta\t#000000\n1\tb\t#000000\n", "1 comes again"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        tsv.decode(text)


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", '"=', "'=", "'\"@"]
)
def test_a_name_that_a_spreadsheet_would_run_is_marked_as_text_and_read_back(sign):
    text = tsv.encode([(1, f"{sign}1+1", "#000000")])

    assert f"1\t'{sign}1+1\t#000000\n" in text
    assert tsv.decode(text) == ((1, f"{sign}1+1", "#000000"),)


def test_a_name_in_quotes_is_no_formula():
    assert "1\t'quoted'\t#000000\n" in tsv.encode([(1, "'quoted'", "#000000")])
