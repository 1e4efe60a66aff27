"""What holds the house: which package may import which, and how big its parts may be.

The files are read, not imported: a package with a file that cannot run yet is still held to it.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from functools import cache
from itertools import accumulate
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = {"panel", "panel_material_ui", "holoviews", "bokeh"}
CLUSTER = {"dask", "distributed"}
KERNELS = {"workers"}  # all of them
# A row a package, the packages below it with it: what of ours it may import. From the top down, so
# that no arrow points upward.
MAY_IMPORT = {
    "dashboard.app": {"cli", "page", "session", "server", "shared", "volumes"},
    "dashboard.cli": {
        "shared",
        "session",
        "server",
        "cluster",
        "volumes",
        "annotation",
        "demo",
        "arguments",
    }
    | KERNELS,
    "dashboard.page": {"session", "volumes", "annotation", "demo"},
    "dashboard.shared": {"cluster", "cases", "volumes"} | KERNELS,
    "dashboard.session": {"cases", "volumes", "annotation", "demo"} | KERNELS,
    "dashboard.cases": {
        "volumes",
        "annotation",
        "workers.superpixels",
        "workers.storage",
        "workers.runtime",
    },
    "dashboard.volumes": {"annotation"} | KERNELS,
    "dashboard.annotation": {"workers.superpixels", "workers.storage", "workers.runtime"},
    "dashboard.server": {"arguments", "workers.storage"},
    "dashboard.cluster": {"arguments"} | KERNELS,
    "dashboard.arguments": set(),
    "dashboard.demo": set(),
    "workers.warm": {"chunked", "drawing", "superpixels", "slic", "runtime"},
    "workers.chunked": {"labels", "superpixels", "slic", "storage", "runtime"},
    "workers.labels": {"superpixels", "intensity", "storage", "runtime"},
    "workers.drawing": {"superpixels", "storage", "runtime"},
    "workers.superpixels": {"slic", "intensity", "storage", "runtime"},
    "workers.slic": {"runtime"},
    "workers.formats": {"storage", "intensity", "runtime"},
    "workers.storage": {"runtime"},
    "workers.intensity": set(),
    "workers.runtime": set(),
}
# The page's packages, those of a cluster, and param belong to few.
PAGE_IN = {
    "dashboard.app",
    "dashboard.shared",
    "dashboard.page",
    "dashboard.server",
    "dashboard.cli",
}
CLUSTER_IN = {"dashboard.cluster"}
PARAM_IN = PAGE_IN | {"dashboard.session", "dashboard.volumes"}
# A file that points upward, and why.
UPWARD = {
    # The public name of scikit-image's stand-in, which is looked up when it is asked for.
    ("workers/slic/__init__.py", "workers.superpixels.skimage_slic"),
}
MOST_LINES = 300
LONG = {
    "dashboard/cases/journal_entry.py": "every record of a journal, and how it is read: one format",
    "dashboard/cases/case_store.py": "one lock, and all that it guards",
    "dashboard/server/access.py": "every rule of who may come in, read as one",
    "dashboard/volumes/slice_reader.py": "one queue of reads with its priorities",
    "workers/slic/candidates.py": "numba compiles into a kernel only what stands in its own file",
    "workers/superpixels/partition.py": "the public function, with what it promises",
}
MOST_METHODS = 25
FEWEST, MOST = 3, 25
# Packages that are not of modules of Python.
OF_OTHER_FILES = {"dashboard", "dashboard/demo", "dashboard/page/script", "workers"}
# What a machine of the cluster has to have besides Python.
OF_OTHERS = {"numpy", "scipy", "skimage", "nibabel", "numba", "zarr", "numcodecs", "tifffile"}
OF_OTHERS |= {"llvmlite"}  # numba's own
KERNELS_MAY_IMPORT = sys.stdlib_module_names | {"workers"} | OF_OTHERS
MAY_IMPORT_NUMBA = {"workers/runtime/compiled.py", "workers/runtime/vectors.py"}
LANES = "workers.runtime.vectors"  # of which the name of what numba keeps tells the version
MAY_SERVE = {"dashboard/app.py"}


def package_of(module):
    """Row of a dotted name of ours; "" for a package of others, and for the two roots."""
    found = ".".join(module.split(".")[:2])
    return found if found in MAY_IMPORT else ""


def is_ours(module):
    """Whether a dotted name is one of ours, known to the table or not."""
    return module.partition(".")[0] in {"dashboard", "workers"}


def module_name(path):
    """`dashboard/cases/lease.py` as it is imported, a package without its `__init__`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def nodes_of(source):
    """All that a source consists of; each is asked for by many tests."""
    return [*ast.walk(ast.parse(source))]


def imports(source):
    """Dotted names that `source` imports, in functions and for type checkers too."""
    for node in nodes_of(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def calls(source):
    """Dotted text of everything that `source` calls."""
    return {ast.unparse(node.func) for node in nodes_of(source) if isinstance(node, ast.Call)}


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
    for function in nodes_of(source):
        if isinstance(function, ast.FunctionDef) and is_compiled(function):
            body = [node for statement in function.body for node in ast.walk(statement)]
            called = [ast.unparse(node.func) for node in body if isinstance(node, ast.Call)]
            yield from ((function.name, name) for name in called)


def of_python_or_other_modules(source):
    """Names that `source` takes from our other modules, and its functions that are not compiled."""
    for node in nodes_of(source):
        if isinstance(node, ast.ImportFrom) and node.module == LANES:
            continue
        if isinstance(node, ast.ImportFrom) and is_ours(node.module or ""):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            ours = (alias for alias in node.names if is_ours(alias.name))
            yield from (alias.asname or alias.name for alias in ours)
        elif isinstance(node, ast.FunctionDef) and not is_compiled(node):
            yield node.name


def strangers(sources):
    """What compiled functions call beyond the compiled ones of their file, as "file: a calls b"."""
    return [
        f"{path}: {caller} calls {name}"
        for path, source in sources.items()
        for barred in [{*of_python_or_other_modules(source)}]
        for caller, name in called_by_compiled(source)
        if not barred.isdisjoint(accumulate(name.split("."), "{}.{}".format))
    ]


@cache
def all_files():
    """Source files by path from the root, as they are when the first test asks."""
    found = [*ROOT.glob("dashboard/**/*.py"), *ROOT.glob("workers/**/*.py")]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for path in sorted(found)
        if "node_modules" not in path.parts
    }


def files(package=""):
    """Source files of a package, or of all, by path from the root."""
    return {
        path: source
        for path, source in all_files().items()
        if f"{module_name(path)}.".startswith(f"{package}." if package else "")
    }


def allowed(package):
    """Packages of ours that `package` may import, as dotted names."""
    root = package.partition(".")[0]
    whole = {name if name.partition(".")[0] in KERNELS else f"{root}.{name}"
             for name in MAY_IMPORT[package]}  # fmt: skip
    return whole | {package}


def is_barred(name, package, path=""):
    """Whether a file of `package` may not import the dotted `name`."""
    of_others = name.partition(".")[0]
    if of_others in PAGE:
        return package not in PAGE_IN
    if of_others in CLUSTER:
        return package not in CLUSTER_IN
    if of_others == "param":
        return package not in PARAM_IN
    if not package_of(name):
        return is_ours(name) and "." in name
    if (path, name.removesuffix(".slic")) in UPWARD:
        return False
    return not any(f"{name}.".startswith(f"{each}.") for each in allowed(package))


def offences(package, sources):
    """What in `sources`, files of `package`, is barred, as "file imports name"."""
    return [
        f"{path} imports {name}"
        for path, source in sources.items()
        for name in imports(source)
        if is_barred(name, package, path)
    ]


def classes(sources):
    """Pairs of a file and a class in it that is not private."""
    for path, source in sources.items():
        yield from ((path, node) for node in nodes_of(source) if isinstance(node, ast.ClassDef))


@pytest.fixture
def everything():
    """All source files, by path from the root."""
    return files()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_its_row_allows(package):
    sources = files(package)

    assert sources, f"{package} has no file"
    assert offences(package, sources) == []


def test_every_file_has_a_row(everything):
    without = {path for path in everything if not package_of(module_name(path))}

    assert without == {"dashboard/__init__.py", "workers/__init__.py"}


def test_no_arrow_of_the_table_points_upward():
    above = []
    for package in MAY_IMPORT:
        above.append(package)
        assert not (allowed(package) - {package}) & {*above}


def test_a_module_is_short_or_says_why_not(everything):
    long = {path for path, source in everything.items() if source.count("\n") > MOST_LINES}

    assert long == {*LONG}


def test_no_class_does_everything(everything):
    public = {
        f"{path}: {node.name}": [
            each.name
            for each in node.body
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name[0] != "_"
        ]
        for path, node in classes(everything)
    }

    assert {name for name, methods in public.items() if len(methods) > MOST_METHODS} == set()


@pytest.mark.parametrize("root", ["dashboard", "workers"])
def test_a_name_is_that_of_one_class(root):
    homes = defaultdict(set)
    for path, node in classes(files(root)):
        homes[node.name].add(path)

    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}


def test_a_package_has_neither_too_few_nor_too_many_modules(everything):
    modules = defaultdict(list)
    for path in everything:
        folder, _, name = path.rpartition("/")
        modules[folder] += [name] * (name != "__init__.py")

    sizes = {
        folder: len(names) for folder, names in modules.items() if folder not in OF_OTHER_FILES
    }
    assert {folder: n for folder, n in sizes.items() if not FEWEST <= n <= MOST} == {}


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
    assert loaded.isdisjoint(PAGE | CLUSTER | {"param", "dashboard"})


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
    assert offences("workers.slic", {"kernel.py": source}) != []


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("dashboard.annotation", "from dashboard import page"),
        ("dashboard.annotation", "from dashboard.session.task import Task"),
        ("dashboard.annotation", "from workers.slic import tiles"),
        ("dashboard.annotation", "import param"),
        ("workers.slic", "import dashboard.annotation.stroke"),
        ("workers.slic", "from workers.superpixels.partition import partition"),
        ("workers.slic", "from workers import superpixels"),
        ("dashboard.session", "from dashboard.page.page import Page"),
        ("dashboard.session", "import dashboard.cluster.local_process"),
        ("dashboard.session", "from dashboard import not_in_the_table"),
        ("dashboard.page", "from workers.formats import nifti"),
        ("dashboard.page", "import distributed"),
        ("dashboard.cluster", "from dashboard import session"),
        ("dashboard.cluster", "import panel"),
    ],
)
def test_a_step_out_of_a_package_is_found(package, source):
    assert offences(package, {"here.py": source}) != []


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
        "from workers.runtime.vectors import to\n@compiled\ndef kernel(a):\n    return to(a, 0)",
        "from workers.other import F\n@compiled\ndef kernel(n):\n    return n + F",
    ],
)
def test_what_a_compiled_function_may_use_is_no_offence(source):
    assert strangers({"kernel.py": source}) == []


def test_a_name_that_only_begins_alike_is_no_offence():
    assert offences("dashboard.session", {"session.py": "import panels, workers_of_mine"}) == []


@pytest.mark.parametrize("source", ["page().servable()", "pn.extension('filedropper')"])
def test_serving_is_found(source):
    assert served({"page.py": source}) == {"page.py"}
