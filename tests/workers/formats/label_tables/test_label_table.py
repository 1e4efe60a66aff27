from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.formats.label_tables import freesurfer as labels_freesurfer
from workers.formats.label_tables import itksnap as labels_itksnap
from workers.formats.label_tables import label_table
from workers.formats.label_tables.row import Row

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

    assert label_table.decode(content) == tuple(as_told(row, form) for row in ROWS)


@FORMS
@given(TABLES)
def test_no_name_breaks_a_table_and_what_is_read_is_written_alike(form, rows):
    content = label_table.encode(rows, form)

    read = label_table.decode(content)

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
    assert label_table.decode(labels_freesurfer.encode(rows).encode())[0].name == freesurfer


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


HIPPOCAMPUS, AMYGDALA = Row(17, "Left-Hippocampus", "#dcd814"), Row(18, "Amygdala", "#67ffff")
NAMELESS = [row._replace(name="") for row in (HIPPOCAMPUS, AMYGDALA)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "17 Left-Hippocampus 220 216 20 0\n819 Left-A 0 80 0 0 2\n821 B 0 255 255 0 3\n",
            [HIPPOCAMPUS, Row(819, "Left-A", "#005000"), Row(821, "B", "#00ffff")],
        ),
        ("17 220 216 20 0\n18 103 255 255 0\n", NAMELESS),
        ("17 220 216 20\n18 103 255 255\n", NAMELESS),
        (
            "1 Area 3 255 0 0\n2 Area 4 220 216 20\n",
            [Row(1, "Area 3", "#ff0000"), Row(2, "Area 4", "#dcd814")],
        ),
        (
            "1 Area 3 255 0 0\n2 Area 4 0 255 0\n",
            [Row(1, "Area 3", "#ff0000"), Row(2, "Area 4", "#00ff00")],
        ),
        (
            "1 white 255 255 255\n2 Area 3 255 0 0\n",
            [Row(1, "white", "#ffffff"), Row(2, "Area 3", "#ff0000")],
        ),
        (
            "1 tissue 128 174 128 255\n2 bone 241 214 145 120\n",
            [Row(1, "tissue", "#80ae80"), Row(2, "bone", "#f1d691")],
        ),
        ("1 White matter #ff0000\n2 Grey 3 #00ff00\n",
         [Row(1, "White matter", "#ff0000"), Row(2, "Grey 3", "#00ff00")]),
        ("1 255 0 0 White matter\n2 0 255 0 Grey\n",
         [Row(1, "White matter", "#ff0000"), Row(2, "Grey", "#00ff00")]),
        ("r g b index name\n1 2 3 4 White matter\n", [Row(4, "White matter", "#010203")]),
        ("# IDX -R- -G- -B- -A-- VIS MSH LABEL\n1 255 0 0 1 1 1 White matter\n",
         [Row(1, "White matter", "#ff0000", True)]),
        ("1 a 1.0 0.5 0.0 1.0\n2 b 0 0 1 1\n", [Row(1, "a", "#ff8000"), Row(2, "b", "#0000ff")]),
        ("1;a;0,5;0,2;1\n2;b;1;0;0\n", [Row(1, "a", "#8033ff"), Row(2, "b", "#ff0000")]),
        ("17 Left-Hippocampus 220 216 20 0 # seahorse 1 2 3\r\n\r\n18 Amygdala 103 255 255 0\r\n",
         [HIPPOCAMPUS, AMYGDALA]),
        ("17\tLeft-Hippocampus 220 216 20 0\n18\tAmygdala 103 255 255 0\n",
         [HIPPOCAMPUS, AMYGDALA]),
    ],
)  # fmt: skip
def test_the_columns_are_what_most_rows_of_the_whole_file_have(text, rows):
    assert label_table.decode(text.encode()) == tuple(rows)


@pytest.mark.parametrize("separator", ["\t", ",", ";", " "])
def test_a_table_of_indices_and_names_is_read_whatever_parts_them(separator):
    text = f"1{separator}White matter\n2{separator}Grey\n3{separator}Area 3\n"

    rows = label_table.decode(text.encode())

    assert rows == (Row(1, "White matter", ""), Row(2, "Grey", ""), Row(3, "Area 3", ""))


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("# made by x\nindex\tname\n1\tA\n", Row(1, "A", "")),
        ("# made by x\n#index\tname\tcolor\n1\tA\t#ff0000\n", Row(1, "A", "#ff0000")),
        ("Index\tName\tColor\n1\tA\t#FF0000\n", Row(1, "A", "#ff0000")),
        ("LabelValue,Name,Color_R,Color_G,Color_B,Color_A\n1,tissue,128,174,128,255\n",
         Row(1, "tissue", "#80ae80")),
        ('LabelValue,Name,Color_R,Color_G,Color_B,Color_A,Type\n1,"a, ""b""",1,2,3,4,"x, y"\n',
         Row(1, 'a, "b"', "#010203")),
        ("ID\tLabelName\tR\tG\tB\tA\n1\tx y\t1\t2\t3\t0\n", Row(1, "x y", "#010203")),
        ("index;name;color\n1;A, b;#ff0000\n", Row(1, "A, b", "#ff0000")),
        ("Label,Name\n1,A\n", Row(1, "A", "")),
        ("index,label\n1,A\n", Row(1, "A", "")),
        ("# index, name and color, as told\n1\tA\t#ff0000\n", Row(1, "A", "#ff0000")),
        ('index\tname\n1\t"Smith, ""x"""\n', Row(1, 'Smith, "x"', "")),
        ("color\tname\tindex\n#ff0000\tA\t1\n", Row(1, "A", "#ff0000")),
    ],
)  # fmt: skip
def test_a_line_that_names_the_columns_is_found_and_followed(text, row):
    assert label_table.decode(text.encode()) == (row,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("".join(f"{n} n{n} {n + 100} 9 9 0\n" for n in range(1, 9)) + "11 x 1 2 3\n",
         r'Line 9 .* must be like line 1 .*; got "11 x 1 2 3"'),
        ("17 Left 220 216 20 0\n18 1 2 3 0\n", "Line 2 "),
        ("18 1 2 3 0\n17 Left 220 216 20 0\n19 Right 220 216 20 0\n", "Line 1 "),
        ("1 a 1 2 3 0\n-2 b 1 2 3 0\n", 'Line 2 .* an index from 0; got "-2"'),
        ("1 a 1.0 0.5 0.0 1.0\n2 b 0 0 255 1\n", 'Line 1 .* from 0 to 255; got "0.5"'),
        ("1 a 1 2 3 0\n2 b 1 2 3 0\n1 c 1 2 3 0\n", "1 comes again in line 3, after line 1"),
        ('1 255 0 0 1 1 name\n2 255 0 0 1 1 1 "b"\n3 255 0 0 1 1 1 "c"\n', "Line 1 .* ITK-SNAP"),
        ('index,name\n1,"abc\n2,d\n', "Line 2 .* close each quote"),
        ("index\tname\tname\n1\ta\tb\n", "Line 1 .* name each column once"),
        ("1," * 20_000, "lines of at most 20,000 characters; line 1 has 40,000"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_refused_with_its_number(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        label_table.decode(text.encode())


@pytest.mark.parametrize("code", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_text_is_read_however_unicode_is_written(code):
    content = "17 Fußgewölbe 220 216 20 0\n".encode(code)

    assert label_table.read(content) == ((Row(17, "Fußgewölbe", "#dcd814"),), ())


def test_latin_1_is_read_with_a_note():
    content = '1 255 0 0 1 1 1 "Fußgewölbe"\n'.encode("latin-1")

    rows, (note,) = label_table.read(content)

    assert rows == (Row(1, "Fußgewölbe", "#ff0000", True),)
    assert "read as Latin-1" in note


def test_a_table_that_could_be_read_otherwise_is_told_of():
    _, (note,) = label_table.read(b"1 Area 3 255 0 0\n2 Zone 4 220 216 20\n")

    assert "line 1 is the label “Area 3”" in note
    assert label_table.read(b"17 Left-Hippocampus 220 216 20 0\n")[1] == ()


def test_a_name_in_quotes_keeps_them_in_a_table_of_ours():
    for name in ('"a"', '"a "b" c"', '""', '"'):
        assert label_table.decode(label_table.encode([(3, name, "#000000")], "bids"))[0][1] == name
