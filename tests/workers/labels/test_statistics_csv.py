from __future__ import annotations

import csv
import io
import math

import pytest

from workers.labels.statistics import Statistics
from workers.labels.statistics_csv import COLUMNS, encode

ROW = Statistics(
    3, 12, 43.2, -7.25, 1 / 3, -20.0, 4096.0, -7.5, (-31.25, 0.1 + 0.2, 7.0), (0, 8, 1, 9, 2, 2)
)


def table_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_it_holds_a_row_for_each_label_under_named_columns():
    (row,) = table_of(encode([ROW], {3: "oedema"}))

    assert tuple(row) == COLUMNS
    assert list(row.values()) == [
        "3", "oedema", "12", "43.2", "-7.25", "0.3333333333", "-20", "4096", "-7.5",
        "-31.25", "0.3", "7", "0", "8", "1", "9", "2", "2",
    ]  # fmt: skip


def test_negative_numbers_stay_numbers():
    (row,) = table_of(encode([ROW], {}))

    assert float(row["mean"]) == -7.25
    assert "'" not in "".join(row.values())


def test_a_label_without_a_name_is_called_after_its_number():
    assert table_of(encode([ROW], {}))[0]["name"] == "label 3"


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '"=1"', "'=1", " =1", "\uff1d1"]
)
def test_a_name_that_a_spreadsheet_would_run_is_quoted(name):
    (row,) = table_of(encode([ROW], {3: name}))

    assert row["name"] == "'" + name.strip()


@pytest.mark.parametrize("name", ["grey, white", 'the "core"', "<b>x</b>", "Ödem", "a;b"])
def test_other_names_come_back_as_they_are(name):
    assert table_of(encode([ROW], {3: name}))[0]["name"] == name


def test_a_line_break_in_a_name_makes_no_second_line():
    text = encode([ROW], {3: "a\nb\u2028c"})

    assert table_of(text)[0]["name"] == "a b c"
    assert text.splitlines() == text.split("\n")[:2]


def test_what_is_not_known_is_said():
    unknown = ROW._replace(mean=math.nan, median=math.nan)

    assert table_of(encode([unknown], {}))[0]["mean"] == "n/a"
