"""Imports point one way: views → session → model, session → workers, app → everything.

The files are read, not imported: a layer with a file that cannot run yet is still held to it.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = {"panel", "panel_material_ui", "holoviews", "bokeh", "vtk"}
CLUSTER = {"dask", "distributed"}
# The layers of ours, and the packages of others, that a layer may and may not import.
MAY_IMPORT = {
    "model": {"model"},
    "workers": {"workers"},
    "session": {"session", "model", "workers"},
    "views": {"views", "session", "model"},
    "cluster": {"cluster", "workers"},
    "app": {"app", "cluster", "views", "session", "model", "workers"},
}
MAY_NOT_IMPORT = {
    "model": PAGE | CLUSTER | {"param"},
    "workers": PAGE | CLUSTER | {"param"},
    "session": PAGE | CLUSTER,
    "views": CLUSTER,
    "cluster": PAGE | {"param"},
    "app": CLUSTER,
}
# The one gate out: a journal begins its files by it, as everything does. And the first window, the
# same of a volume in memory and on disk.
MAY_BE_IMPORTED = {"model": {"workers.files", "workers.stored", "workers.window"}}
# What a machine of the cluster has to have besides Python.
OF_OTHERS = {"numpy", "scipy", "skimage", "nibabel", "numba", "zarr", "numcodecs", "tifffile"}
OF_OTHERS |= {"llvmlite"}  # numba's own
KERNELS_MAY_IMPORT = sys.stdlib_module_names | {"workers"} | OF_OTHERS
MAY_IMPORT_NUMBA = {"workers/compiled.py", "workers/lanes.py"}
LANES = "workers.lanes"  # of which the name of what numba keeps tells the version
MAY_SERVE = {"dashboard/app.py"}


def layer_of(module):
    """Layer of a dotted name of ours; "" for a package of others and for `dashboard` itself.

    A module that lies directly in `dashboard` belongs to the session unless it has another home.
    """
    package, _, rest = module.partition(".")
    home = rest.partition(".")[0]
    if package == "workers":
        return "workers"
    if package != "dashboard" or not home:
        return ""
    if home in {"app", "cli", "process", "server"}:
        return "app"
    if home.startswith("cluster"):
        return "cluster"
    return home if home in {"model", "views"} else "session"


def module_name(path):
    """`dashboard/model/plane.py` as it is imported, a package without its `__init__`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(source):
    """Dotted names that `source` imports, in functions and for type checkers too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def calls(source):
    """Dotted text of everything that `source` calls."""
    nodes = ast.walk(ast.parse(source))
    return {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}


def served(sources):
    """Files that make a page or load Panel's extension."""
    ends = (".servable", "pn.extension", "panel.extension", "hv.extension", "holoviews.extension")
    return {path for path, text in sources.items() if any(c.endswith(ends) for c in calls(text))}


def is_compiled(function):
    """Whether a function is decorated with `compiled`, with options or without."""
    bare = (each.func if isinstance(each, ast.Call) else each for each in function.decorator_list)
    return any(ast.unparse(each).rpartition(".")[2] == "compiled" for each in bare)


def called_by_compiled(source):
    """Pairs of a compiled function and the plain name of something that it calls."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef) and is_compiled(function):
            body = [node for statement in function.body for node in ast.walk(statement)]
            called = [ast.unparse(node.func) for node in body if isinstance(node, ast.Call)]
            yield from ((function.name, name) for name in called)


def of_python_or_other_modules(source):
    """Names that `source` takes from our other modules, and its functions that are not compiled."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == LANES:
            continue
        if isinstance(node, ast.ImportFrom) and layer_of(node.module or ""):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            ours = (alias for alias in node.names if layer_of(alias.name))
            yield from (alias.asname or alias.name for alias in ours)
        elif isinstance(node, ast.FunctionDef) and not is_compiled(node):
            yield node.name


def strangers(sources):
    """What compiled functions call beyond the compiled ones of their file, as "file: a calls b"."""
    return [
        f"{path}: {caller} calls {name}"
        for path, source in sources.items()
        for caller, name in called_by_compiled(source)
        if any(
            name == barred or name.startswith(f"{barred}.")
            for barred in of_python_or_other_modules(source)
        )
    ]


def files(layer=None):
    """Source files of a layer, or of all, by path from the root."""
    found = [*ROOT.glob("dashboard/**/*.py"), *ROOT.glob("workers/**/*.py")]
    sources = {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted(found)}
    return {
        path: source
        for path, source in sources.items()
        if layer is None or layer_of(module_name(path)) == layer
    }


def is_barred(name, layer):
    """Whether a file of `layer` may not import the dotted `name`."""
    of_ours = layer_of(name)
    return name.partition(".")[0] in MAY_NOT_IMPORT[layer] or (
        of_ours != "" and of_ours not in MAY_IMPORT[layer] and name not in allowed(layer)
    )


def allowed(layer):
    """Single modules of another layer that `layer` may import, and their packages."""
    names = MAY_BE_IMPORTED.get(layer, set())
    return names | {name.rpartition(".")[0] for name in names}


def offences(layer, sources):
    """What in `sources`, files of `layer`, is barred, as "file imports name"."""
    return [
        f"{path} imports {name}"
        for path, source in sources.items()
        for name in imports(source)
        if is_barred(name, layer)
    ]


@pytest.fixture
def everything():
    """All source files, by path from the root."""
    return files()


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_nothing_above_or_beside_it(layer):
    sources = files(layer)

    assert any(not path.endswith("__init__.py") for path in sources), f"{layer} has no file"
    assert offences(layer, sources) == []


def test_kernels_import_only_what_a_bare_worker_has():
    foreign = [
        f"{path} imports {name}"
        for path, source in files("workers").items()
        for name in imports(source)
        if name.partition(".")[0] not in KERNELS_MAY_IMPORT
    ]

    assert foreign == []


def test_only_two_files_know_numba(everything):
    knowing = {
        path
        for path, source in everything.items()
        if any(name.partition(".")[0] in {"numba", "llvmlite"} for name in imports(source))
    }

    assert knowing == MAY_IMPORT_NUMBA


def test_a_compiled_function_calls_only_compiled_functions_of_its_own_module():
    """Else numba would go on with the old version of what it called: it looks at one file only."""
    sources = files("workers")

    assert any(list(called_by_compiled(source)) for source in sources.values())
    assert strangers(sources) == []


def test_only_the_app_serves_and_loads_the_extension(everything):
    assert served(everything) == MAY_SERVE


def test_all_imports_are_absolute(everything):
    relative = [
        f"{path} imports {name}"
        for path, source in everything.items()
        for name in imports(source)
        if name.startswith(".")
    ]

    assert relative == []


def test_a_worker_process_loads_no_page_and_no_cluster():
    modules = map(module_name, files("workers"))
    script = f"import sys, {', '.join(modules)}; print(*sys.modules)"

    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True)

    loaded = {name.partition(".")[0] for name in run.stdout.decode().split()}
    assert "workers" in loaded
    assert loaded.isdisjoint(MAY_NOT_IMPORT["workers"] | {"dashboard"})


@pytest.mark.parametrize(
    "source",
    [
        "import dask.array",
        "from dask import array",
        "def kernel():\n    import dask",
        "if TYPE_CHECKING:\n    from dask.array import Array",
    ],
)
def test_an_import_is_found_wherever_it_hides(source):
    assert offences("workers", {"kernel.py": source}) != []


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        ("model", "from dashboard import views"),
        ("model", "from dashboard.task import Task"),
        ("workers", "import dashboard.model.plane"),
        ("session", "from dashboard.views.page import Page"),
        ("session", "import dashboard.cluster_process"),
        ("views", "from workers import nifti"),
        ("cluster", "from dashboard import session"),
    ],
)
def test_a_step_out_of_a_layer_is_found(layer, source):
    assert offences(layer, {"here.py": source}) != []


@pytest.mark.parametrize("decorator", ["compiled", "compiled(inline='always')"])
@pytest.mark.parametrize(
    "others",
    [
        "from workers.other import f",
        "from workers.other import g as f",
        "import workers.other as f",
        "def f():\n    pass",
    ],
)
@pytest.mark.parametrize("call", ["f()", "1 + f(2)", "f.g()"])
def test_a_call_out_of_a_compiled_function_is_found(decorator, others, call):
    source = f"{others}\n@{decorator}\ndef kernel():\n    return {call}"

    assert strangers({"kernel.py": source}) != []


@pytest.mark.parametrize(
    "source",
    [
        "@compiled\ndef f():\n    pass\n@compiled\ndef kernel(n):\n    return abs(f(n))",
        "import numpy as np\n@compiled\ndef kernel(n):\n    return np.sqrt(n)",
        "from workers.other import f\ndef plain():\n    return f()",
        "from workers.lanes import load\n@compiled\ndef kernel(a):\n    return load(a, 0)",
        "from workers.other import F\n@compiled\ndef kernel(n):\n    return n + F",
    ],
)
def test_what_a_compiled_function_may_use_is_no_offence(source):
    assert strangers({"kernel.py": source}) == []


def test_a_name_that_only_begins_alike_is_no_offence():
    assert offences("session", {"session.py": "import panels, dashboard.viewshed"}) == []


@pytest.mark.parametrize("source", ["page().servable()", "pn.extension('vtk')"])
def test_serving_is_found(source):
    assert served({"page.py": source}) == {"page.py"}
