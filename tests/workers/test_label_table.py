from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers import label_table, labels_freesurfer, labels_itksnap
from workers.label_rows import Row

ROWS = (
    Row(1, "necrosis", "#ff0000", True),
    Row(17, "Left-Hippocampus", "#dcd814", False),
    Row(65535, "oedema", "#00ff7f", True),
)
HOSTILE = (
    'a "quoted" name',
    "tab\there",
    "line\nbreak\r\nand\u2028another\x0bone",
    "Ödem – 浮腫 🧠",
    "<img src=x onerror=alert(1)>",
    '"; rm -rf /; "',
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "# no comment",
    '"',
    "\\",
    "%s%n",
    "1 2 3 4",
    "\ud800 alone",
    "",
    "   ",
    "n/a",
)
TABLES = st.dictionaries(
    st.integers(1, 65535),
    st.tuples(
        st.one_of(st.text(), st.sampled_from(HOSTILE)),
        st.from_regex(r"#[0-9a-f]{6}", fullmatch=True),
        st.booleans(),
    ),
    min_size=1,
).map(lambda table: tuple(Row(value, *rest) for value, rest in table.items()))
FORMS = pytest.mark.parametrize("form", label_table.FORMS)


def as_told(row, form):
    """What is left of a row in a form that does not tell of everything."""
    return row if form == "itksnap" else row._replace(visible=None)


@FORMS
def test_a_table_comes_back_in_any_form(form):
    content = label_table.encode(ROWS, form)

    assert label_table.form_of(content.decode()) == form
    assert label_table.decode(content) == tuple(as_told(row, form) for row in ROWS)


@FORMS
@given(TABLES)
def test_no_name_breaks_a_table_and_what_is_read_is_written_alike(form, rows):
    content = label_table.encode(rows, form)

    read = label_table.decode(content)

    assert label_table.form_of(content.decode()) == form
    expected = [as_told(row, form) for row in rows]
    assert [row._replace(name="") for row in read] == [row._replace(name="") for row in expected]
    assert label_table.decode(label_table.encode(read, form)) == read


@FORMS
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters='"'),
        min_size=1,
    )
)
def test_a_name_of_letters_and_signs_comes_back_as_it_was(form, name):
    ((_, read, *_),) = label_table.decode(label_table.encode([(3, name, "#000000")], form))

    assert read == name


@pytest.mark.parametrize(
    ("name", "itksnap", "freesurfer"),
    [
        ('a "b"', "a 'b'", 'a_"b"'),
        ("a\tb\nc", "a b c", "a_b_c"),
        ("Ödem 🧠", "Ödem 🧠", "Ödem_🧠"),
        ("<b>x</b>", "<b>x</b>", "<b>x</b>"),
        ("=1+1", "=1+1", "=1+1"),
        ("1 2 3 4", "1 2 3 4", "1_2_3_4"),
        ("", "", "_"),
    ],
)
def test_a_name_is_changed_as_little_as_a_form_allows(name, itksnap, freesurfer):
    rows = [Row(5, name, "#010203")]

    assert labels_itksnap.decode(labels_itksnap.encode(rows))[1].name == itksnap
    assert labels_freesurfer.decode(labels_freesurfer.encode(rows))[1].name == freesurfer


def test_itksnap_finds_what_it_looks_for():
    # As ColorLabelTable reads it: seven numbers, then what lies between the first two quotes.
    line = labels_itksnap.encode([Row(5, 'a "b"', "#ff8000", False)]).splitlines()[-1]

    numbers, name, rest = line.split('"')

    assert list(map(int, numbers.split())) == [5, 255, 128, 0, 1, 0, 0]
    assert (name, rest) == ("a 'b'", "")


def test_freesurfer_finds_what_it_looks_for():
    line = labels_freesurfer.encode([Row(5, "white matter", "#ff8000")]).splitlines()[-1]

    assert line.split() == ["5", "white_matter", "255", "128", "0", "0"]  # as its sscanf does


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('1 255 0 0 0.5 1 0 "a"', Row(1, "a", "#ff0000", True)),
        ('# ITK-SnAP\r\n\r\n  1\t255 0 0 1 0 1 "a "b""\r\n', Row(1, 'a "b"', "#ff0000", False)),
        ("17  Left-Hippocampus  220 216 20 0", Row(17, "Left-Hippocampus", "#dcd814")),
        ("17 two words 220 216 20 255\n", Row(17, "two words", "#dcd814")),
        ("17 Area 51 220 216 20 0\n", Row(17, "Area 51", "#dcd814")),
        ("1 a 1 2 3\n", Row(1, "a", "#010203")),
        ("\ufeffname\tindex\nleft\t4\n", Row(4, "left", "")),
    ],
)
def test_what_other_programs_write_is_read(text, row):
    assert label_table.decode(text.encode()) == (row,)


def test_unicode_text_of_a_spreadsheet_is_read():
    assert label_table.decode("index\tname\n4\tÖdem\n".encode("utf-16")) == (Row(4, "Ödem", ""),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Expected a label table of ITK-SNAP, FreeSurfer or BIDS"),
        (b"hello, world\n", 'its first line is "hello, world"'),
        (b"\x1f\x8b\x08\xff", "as text in UTF-8"),
        ("1 Ödem 1 2 3 0".encode("latin-1"), "as text in UTF-8"),
        (b"# only a comment\n", "Expected a label table"),
        (b"0 Unknown 0 0 0 0\n", "holds no labels"),
        (b"1 a 1 2 3 0\n2 b 1 2\n", 'Line 2 .* FreeSurfer .* "2 b 1 2"'),
        (b"1 a 1 256 3 0\n", 'from 0 to 255; got "256"'),
        (b'1 255 0 0 1 1 1 "a"\n\n2 255 0 0 1 1 "b"\n', "Line 3 .* ITK-SNAP"),
        (b'1 255 0 0 1 1 1 "a\n', "Line 1 .* ITK-SNAP"),
        (b'1 255 0 0 1 1 1 "a"\n1 255 0 0 1 1 1 "b"\n', "1 comes again"),
        (b"1 a 1 2 3 0\n1 b 1 2 3 0\n", "1 comes again"),
        (b"9" * 5000 + b" a 1 2 3 0\n", "Expected a label table"),
        (b"1 a 1 2 3 0\n" * 400_000, "at most 4,000,000 bytes"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(ValueError, match=sentence):
        label_table.decode(content)


def test_a_form_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match=re.escape("one of bids, itksnap, freesurfer")):
        label_table.encode(ROWS, "excel")


@given(st.binary() | st.text().map(str.encode))
def test_any_file_is_a_table_or_refused(content):
    try:
        rows = label_table.decode(content)
    except ValueError:
        return

    assert all(row.value > 0 for row in rows)
