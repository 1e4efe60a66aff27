"""What holds the page's script: which folder may import which, and how many modules it has.

Types may come from anywhere: they are gone when the page runs. What is said here is of values.
"""

from __future__ import annotations

import posixpath
import re
from graphlib import CycleError, TopologicalSorter

import pytest

from dashboard.page.script import HERE
from tests.page.page_script import FOLDERS, sources
from tests.test_layers import FEWEST, MOST

# Plain functions and tables, which import of one another only: anybody may have them.
PLAIN = {
    "core/dom",
    "core/keeping",
    "core/protocol",
    "drawing/tools",
    "slices/geometry",
    "slices/lengths",
}
# A row a folder: of which folders, or modules, it may import values.
MAY_IMPORT = {
    "core": {"stores", "slices", "drawing", "panels", "surfaces"},
    "panels": {"stores", "core/actions", "core/keys"},
    "surfaces": {"core/check_protocol", "core/wire", "drawing/drag"},
    "slices": {"stores", "drawing", "core/wire"},
    "drawing": {"core/actions", "slices/borders"},
    "stores": set(),
}
UPWARD = {
    # The order of the three planes.
    ("panels/history", "slices/pane"),
}
# Folders with more modules than a folder should have.
LARGE = {"panels"}
# Which folders know a package of others.
PACKAGES_IN = {
    "preact": {"core", "panels"},
    "@preact/signals": {"core", "panels", "stores", "surfaces"},
    "@tanstack/virtual-core": {"panels"},
    "@kitware/vtk.js": {"surfaces"},
}
IMPORT = re.compile(r'^(?:import|export)\b(?! type\b)(?:[^";]*?\bfrom)? ?"([^"]+)"', re.MULTILINE)


def imports(module, text):
    """What a module imports for more than types: `folder/name` of ours, or a package's module."""
    for address in IMPORT.findall(text):
        ours = address.startswith(".")
        folder = posixpath.dirname(module)
        yield plain(posixpath.normpath(posixpath.join(folder, address))) if ours else address


def plain(path):
    """`core/dom.ts` as `core/dom`."""
    return posixpath.splitext(path)[0]


def is_barred(module, name):
    """Whether a module may not import the values of another."""
    if name in PLAIN or (module, name) in UPWARD:
        return False
    folder, of = posixpath.dirname(module), posixpath.dirname(name)
    return module in PLAIN or (folder != of and not MAY_IMPORT[folder] & {of, name})


def is_strange(module, address):
    """Whether a module may not import what lies at an address of a package."""
    folder = posixpath.dirname(module)
    parts = address.split("/")
    package = "/".join(parts[: 2 if address.startswith("@") else 1])
    return folder not in PACKAGES_IN.get(package, ())


def offences(modules):
    """What modules, by their paths, may not import, as "module imports name"."""
    found = [(plain(path), name) for path, text in modules.items() for name in imports(path, text)]
    ours = {plain(path) for path in modules} | PLAIN
    return [
        f"{module} imports {name}"
        for module, name in found
        if (is_barred(module, name) if name in ours or is_ours(name) else is_strange(module, name))
    ]


def is_ours(name):
    """Whether a name is that of a module in one of the folders."""
    return posixpath.dirname(name) in FOLDERS


def cycle(modules):
    """Modules that import one another in a ring; none if there is no ring."""
    graph = {
        plain(path): {name for name in imports(path, text) if is_ours(name)}
        for path, text in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return found.args[1]
    return []


def test_a_module_imports_only_what_the_row_of_its_folder_allows():
    assert offences(sources()) == []


def test_no_module_imports_itself_by_way_of_others():
    assert cycle(sources()) == []


def test_each_folder_has_a_row():
    folders = {path.parent.name for path in HERE.glob("*/*.ts*")} - {"node_modules"}

    assert folders <= MAY_IMPORT.keys() == {*FOLDERS}


def test_a_folder_has_neither_too_few_nor_too_many_modules():
    names = [posixpath.dirname(path) for path in sources()]
    sizes = {folder: names.count(folder) for folder in {*names}}

    assert {folder for folder, size in sizes.items() if not FEWEST <= size <= MOST} == LARGE


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("stores/view.ts", 'import { Pane } from "../slices/pane.ts"'),
        ("stores/view.ts", 'import { h } from "preact"'),
        ("panels/fold.tsx", 'import {\n  Pane,\n  type Cut,\n} from "../slices/pane.ts"'),
        ("drawing/hover.ts", 'import "../core/main.ts"'),
        ("drawing/hover.ts", 'export { Pane } from "../slices/pane.ts"'),
        ("core/dom.ts", 'import { Server } from "./server.ts"'),
        ("slices/pane.ts", 'import vtk from "@kitware/vtk.js/Rendering/Core/Actor.js"'),
    ],
)
def test_a_step_out_of_a_folder_is_found(module, text):
    assert offences({module: text}) != []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("stores/view.ts", 'import type { Pane } from "../slices/pane.ts"'),
        ("stores/view.ts", 'import { signal } from "@preact/signals"'),
        ("panels/fold.tsx", 'import { useState } from "preact/hooks"'),
        ("panels/fold.tsx", 'import { clamp } from "../core/dom.ts"'),
        ("core/workbench.ts", 'import { Frame } from "../panels/frame.tsx"'),
        ("core/workbench.ts", 'const text = "import { Pane }"'),
    ],
)
def test_what_a_folder_may_use_is_no_offence(module, text):
    assert offences({module: text}) == []


def test_a_ring_is_found():
    ring = {"core/a.ts": 'import { b } from "./b.ts"', "core/b.ts": 'import { a } from "./a.ts"'}

    assert cycle(ring) != []
