"""The tables of the guide are those of the source: keys, and options of the command."""

from __future__ import annotations

import pytest

from docs import tables


@pytest.mark.parametrize(("page", "written"), tables.blocks().items(), ids=list(tables.blocks()))
def test_a_page_has_its_tables_as_they_are_now(page, written):
    text = (tables.GUIDE / page).read_text(encoding="utf-8")

    assert tables.written(text, written) == text, "python -m docs.tables writes them anew"


def test_every_key_of_the_help_is_in_the_table():
    source = tables.KEYS_TS.read_text(encoding="utf-8").partition("const ACTIONS")[0]
    listed = [line for line in source.splitlines() if line.startswith('    ["')]

    rows = [line for line in tables.keys().splitlines() if line.startswith("| ")]

    headings = tables.keys().count("## ")
    assert len(rows) - 2 * headings == len(listed) > 30


def test_every_option_of_the_command_is_in_the_tables():
    written = "".join(tables.blocks()["command.md"].values())

    for option in ("--basic-auth", "--memory-budget", "--count", "--chunks", "--table", "--clear"):
        assert option in written


def test_a_table_without_a_place_is_an_error():
    with pytest.raises(ValueError, match="place for the table “keys”; found 0"):
        tables.written("# Keys\n", {"keys": ""})
