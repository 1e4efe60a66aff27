"""Writes the protocol for the page's script: ``python -m dashboard.page.protocol.write``."""

from __future__ import annotations

import json
from functools import singledispatch
from pathlib import Path

from dashboard.page.protocol.table import (
    MESSAGES,
    NAMED,
    PANE_MESSAGES,
    PANE_VERBS,
    VERBS,
)
from dashboard.page.protocol.value_types import (
    Anything,
    ByName,
    Bytes,
    Either,
    Fields,
    Flag,
    Integer,
    ListOf,
    Nothing,
    Number,
    OneOf,
    Text,
    TupleOf,
    Type,
)
from dashboard.page.script import HERE

MARK = (
    "// Written by `python -m dashboard.page.protocol.write`: change protocol/table.py, not this.\n"
)
SHAPE = (
    "/** A type as its name and what it is made of. */\n"
    "export type Shape = [name: string, ...of: unknown[]]\n"
)
SIMPLE = {
    Integer: "number", Number: "number", Text: "string", Flag: "boolean", Bytes: "ArrayBuffer",
    Nothing: "null", Anything: "unknown",
}  # fmt: skip
"""Types as TypeScript writes them, of those that are made of no others."""


def files() -> dict[Path, str]:
    """Return what is written, by where it lies."""
    core = HERE / "core"
    return {core / "protocol.ts": declarations() + "\n" + table()}


def declarations() -> str:
    """Return the types of all verbs and messages, as TypeScript."""
    named = [f"export type {name} = {_written(of)}" for name, of in NAMED.items()]
    verbs = _interface("What the page may ask for, by verb.", "Verbs", VERBS)
    messages = _interface("What the server may say, by kind.", "Messages", MESSAGES)
    pane_verbs = _interface("What the pane of the surfaces may say.", "PaneVerbs", PANE_VERBS)
    pane_messages = _interface(
        "What the server may say to the pane of the surfaces.", "PaneMessages", PANE_MESSAGES
    )
    unions = [_union("Message", "Messages"), _union("PaneMessage", "PaneMessages")]
    parts = [MARK, *named, "", verbs, messages, pane_verbs, pane_messages, *unions, "", SHAPE]
    return "\n".join(parts) + "\n"


def _union(name: str, of: str) -> str:
    return f"export type {name} = {{ [K in keyof {of}]: {{ kind: K }} & {of}[K] }}[keyof {of}]"


def _interface(what: str, name: str, types: dict[str, Type]) -> str:
    lines = [f"  {key}: {typescript(of)}" for key, of in types.items()]
    return "\n".join([f"/** {what} */", f"export interface {name} {{", *lines, "}\n"])


def typescript(of: Type) -> str:
    """Return a type as TypeScript writes it; by its name, if it has one."""
    return next((name for name, each in NAMED.items() if each is of), _written(of))


@singledispatch
def _written(of: Type) -> str:
    return SIMPLE[type(of)]


@_written.register
def _one_of(of: OneOf) -> str:
    return " | ".join(f'"{word}"' for word in of.words)


@_written.register
def _list(of: ListOf) -> str:
    return f"Array<{typescript(of.each)}>"


@_written.register
def _tuple(of: TupleOf) -> str:
    return f"[{', '.join(map(typescript, of.types))}]"


@_written.register
def _by_name(of: ByName) -> str:
    return f"Record<string, {typescript(of.each)}>"


@_written.register
def _either(of: Either) -> str:
    return " | ".join(map(typescript, of.types))


@_written.register
def _fields(of: Fields) -> str:
    must = [f"{name}: {typescript(each)}" for name, each in of.must.items()]
    may = [f"{name}?: {typescript(each)}" for name, each in of.may.items()]
    return f"{{ {'; '.join(must + may)} }}" if must or may else "{}"


def table() -> str:
    """Return the types of all verbs and messages, by which the page's script checks values."""
    tables = (
        _const("VERBS", "Verbs", VERBS),
        _const("MESSAGES", "Messages", MESSAGES),
        _const("PANE_VERBS", "PaneVerbs", PANE_VERBS),
        _const("PANE_MESSAGES", "PaneMessages", PANE_MESSAGES),
    )
    return "\n".join(tables)


def _const(name: str, of: str, types: dict[str, Type]) -> str:
    lines = (f"  {key}: {json.dumps(plain(of))},\n" for key, of in types.items())
    return f"export const {name}: Record<keyof {of}, Shape> = {{\n{''.join(lines)}}}\n"


@singledispatch
def plain(of: Type) -> list:
    """Return a type as its name and what it is made of: lists, texts and numbers alone."""
    return [type(of).__name__.lower()]


@plain.register
def _plain_integer(of: Integer) -> list:
    return ["integer"] if of == Integer() else ["integer", of.least, of.most]


@plain.register
def _plain_number(of: Number) -> list:
    return ["number", of.is_finite]


@plain.register
def _plain_text(of: Text) -> list:
    return ["text", of.most]


@plain.register
def _plain_one_of(of: OneOf) -> list:
    return ["one of", *of.words]


@plain.register
def _plain_list(of: ListOf) -> list:
    return ["list", plain(of.each), of.most]


@plain.register
def _plain_tuple(of: TupleOf) -> list:
    return ["tuple", *map(plain, of.types)]


@plain.register
def _plain_by_name(of: ByName) -> list:
    return ["by name", plain(of.each)]


@plain.register
def _plain_either(of: Either) -> list:
    return ["either", *map(plain, of.types)]


@plain.register
def _plain_fields(of: Fields) -> list:
    parts = ({name: plain(each) for name, each in part.items()} for part in (of.must, of.may))
    return ["fields", *parts]


def main() -> None:
    """Write the files anew."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
