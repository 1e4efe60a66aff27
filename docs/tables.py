"""Tables of the guide that are written from the source: keys, and options of the command."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from dashboard.cli.main import build_parser

GUIDE = Path(__file__).with_name("guide")
KEYS_TS = Path(__file__).parents[1] / "dashboard" / "page" / "script" / "core" / "keys.ts"

_PART = re.compile(r'^  \["(?P<title>[^"]+)", \[\n(?P<keys>.*?)^  \]\],$', re.MULTILINE | re.DOTALL)
_KEY = re.compile(r'^    \["(?P<key>[^"]+)", "(?P<what>[^"]+)"[],]', re.MULTILINE)
_BLOCK = "<!-- {name}: written by `make docs` from the source -->\n{text}<!-- end of {name} -->\n"


def keys() -> str:
    """Return the keys as the page's own help lists them, as Markdown."""
    source = KEYS_TS.read_text(encoding="utf-8")
    source = source[: source.index("const ACTIONS")]
    parts = [
        (part["title"], [(key["key"], key["what"]) for key in _KEY.finditer(part["keys"])])
        for part in _PART.finditer(source)
    ]
    return "".join(_table(f"## {title}", ("key", "what it does"), rows) for title, rows in parts)


def options(command: str) -> str:
    """Return the options of a sub-command of ``supervox``, as Markdown."""
    parser = _commands()[command]
    usage = " ".join([f"supervox {command}", *map(_positional, _actions(parser, named=False))])
    rows = [(f"`{_called(each)}`", _said(each, parser)) for each in _actions(parser)]
    return _table(f"```\n{usage} [options]\n```", ("", "what it says"), rows)


def blocks() -> dict[str, dict[str, str]]:
    """Return the tables by their names, by the pages of the guide in which they stand."""
    return {
        "keys.md": {"keys": keys()},
        "command.md": {name: options(name) for name in _commands()},
    }


def written(text: str, tables: dict[str, str]) -> str:
    """Return the text of a page with its tables as they are now.

    Raises
    ------
    ValueError
        If a table has no place in it.
    """
    for name, table in tables.items():
        block = _BLOCK.format(name=name, text=table)
        place = re.compile(rf"<!-- {name}: .*?<!-- end of {name} -->\n", re.DOTALL)
        text, count = place.subn(lambda _, block=block: block, text)
        if count != 1:
            raise ValueError(f"Expected one place for the table “{name}”; found {count}.")
    return text


def _commands() -> dict[str, argparse.ArgumentParser]:
    actions = build_parser()._actions  # noqa: SLF001 - argparse lists them in no other way
    return next(each.choices for each in actions if isinstance(each.choices, dict))


def _actions(parser: argparse.ArgumentParser, *, named: bool = True) -> list[argparse.Action]:
    shown = [each for each in parser._actions if each.help is not argparse.SUPPRESS]  # noqa: SLF001
    shown = [each for each in shown if not isinstance(each, argparse._HelpAction)]  # noqa: SLF001
    return [each for each in shown if named or not each.option_strings]


def _positional(action: argparse.Action) -> str:
    return f"[{action.dest.upper()}]" if action.nargs == "?" else action.dest.upper()


def _called(action: argparse.Action) -> str:
    if not action.option_strings:
        return action.dest.upper()
    value = action.metavar or (action.choices and "|".join(action.choices)) or action.dest.upper()
    return action.option_strings[-1] + ("" if action.nargs == 0 else f" {value}")


def _said(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    return (action.help or "") % {**vars(action), "prog": parser.prog}


def _table(head: str, columns: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    lines = [columns, ("---", "---"), *rows]
    cells = ["| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines]
    return "\n".join([head, "", *cells, "", ""])


def main() -> None:
    """Write all tables anew."""
    for page, tables in blocks().items():
        path = GUIDE / page
        path.write_text(written(path.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    main()
