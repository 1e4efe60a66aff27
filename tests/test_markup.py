"""What runs text, in Python or in the page, is nowhere in the code, or is given escaped text."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from dashboard.page.escape import escape
from dashboard.page.upload import MOST_MB
from tests.page import page_script

ROOT = Path(__file__).parents[1]
# Of Panel and Bokeh, tried one by one: each runs the markup that it is given.
RUNS_MARKUP = {
    "Str", "Markdown", "HTML", "Alert", "StaticText", "Card", "Accordion", "MultiChoice", "Number",
    "DiscreteSlider", "TooltipIcon", "Tabulator", "Div", "DataTable", "Paragraph", "PreText",
    "Tooltip", "Typography", "Placeholder", "panel", "LaTeX", "Chat", "ChatMessage", "Feed",
}  # fmt: skip
NOTIFIES = {"notifications.info", "notifications.error", "notifications.success",
            "notifications.warning", "notifications.send"}  # fmt: skip
TEXTS = {"object", "value", "text", "title", "name", "label", "description", "header", "message"}
RUNS_CODE = {
    "eval", "exec", "compile", "pickle.load", "pickle.loads", "marshal.load", "marshal.loads",
    "yaml.load", "dill.loads", "joblib.load", "os.system", "os.popen", "tempfile.mktemp",
}  # fmt: skip
# Sent between our own processes only, over mutual TLS: Dask has no other way to send a function.
PICKLES = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
MAY_PICKLE = {
    f"dashboard/cluster/{name}.py" for name in ("run_kernel", "running_calls", "by_value")
}
# Names the error by which numba's cache says that it is damaged, and loads nothing itself.
MAY_IMPORT = MAY_PICKLE | {"workers/runtime/compiled.py"}
IN_THE_PAGE = re.compile(
    r"[iI]nnerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser"
    r"|srcdoc|javascript:|createContextualFragment|setHTML|\bFunction\("
)


def sources():
    found = [*ROOT.glob("dashboard/**/*.py"), *ROOT.glob("workers/**/*.py")]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for path in found
        if "node_modules" not in path.parts
    }


def calls(source):
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]


def is_harmless(value):
    """Whether text is ours, or has been escaped."""
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).rpartition(".")[2] == "escape"
    if isinstance(value, ast.JoinedStr):
        return all(is_harmless(part) for part in value.values)
    if isinstance(value, ast.FormattedValue):
        return is_harmless(value.value)
    return isinstance(value, ast.Constant)


def unescaped(source):
    """Calls of what runs markup with text that may not be ours."""
    for call in calls(source):
        name = ast.unparse(call.func)
        is_sink = name.rpartition(".")[2] in RUNS_MARKUP or name.endswith(tuple(NOTIFIES))
        texts = [*call.args, *(each.value for each in call.keywords if each.arg in TEXTS)]
        if is_sink and not all(map(is_harmless, texts)):
            yield ast.unparse(call)
        # A widget's description is a tooltip, whatever the widget.
        for each in call.keywords:
            if each.arg == "description" and not is_harmless(each.value):
                yield ast.unparse(call)


def runs_code(path, source):
    """Calls and imports by which data become code."""
    for call in calls(source):
        options = {each.arg: ast.unparse(each.value) for each in call.keywords}
        name = ast.unparse(call.func)
        may = path in MAY_PICKLE and name.partition(".")[0] in PICKLES
        is_on = "True" in (options.get("allow_pickle"), options.get("shell"))
        if is_on or (name in RUNS_CODE and not may):
            yield ast.unparse(call)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
            roots = {name.partition(".")[0] for name in names}
            if roots & PICKLES and path not in MAY_IMPORT:
                yield ast.unparse(node)


def test_nothing_that_runs_markup_is_given_text_of_others():
    assert [(path, call) for path, text in sources().items() for call in unescaped(text)] == []


def test_nothing_makes_code_of_data():
    found = [(path, call) for path, text in sources().items() for call in runs_code(path, text)]

    assert found == []


def test_the_pages_script_makes_no_markup_and_no_code_of_text():
    found = {path: IN_THE_PAGE.findall(text) for path, text in page_script.sources().items()}

    assert {path: names for path, names in found.items() if names} == {}
    assert found


@pytest.mark.parametrize(
    "source",
    [
        "<div dangerouslySetInnerHTML={{ __html: name }} />", "cell.innerHTML = name", "eval(text)",
        'cell.insertAdjacentHTML("beforeend", name)', "new Function(text)()", "f = Function(text)",
    ],
)  # fmt: skip
def test_what_makes_markup_or_code_in_the_page_is_found(source):
    assert IN_THE_PAGE.search(source)


def test_the_dialog_says_how_large_an_upload_may_be():
    assert any(f"Up to {MOST_MB} MB" in text for text in page_script.sources().values())


def test_escaped_text_has_no_markup():
    assert escape("""<b a="1" b='2'>&amp;""") == (
        "&lt;b a=&quot;1&quot; b=&#x27;2&#x27;&gt;&amp;amp;"
    )


@pytest.mark.parametrize(
    "source",
    [
        "pn.pane.Markdown(name)",
        "pn.pane.HTML(f'<b>{name}</b>')",
        "pn.pane.Alert(object=name)",
        "pn.Card(plot, title=name)",
        "pn.state.notifications.error(str(error))",
        "pmui.Button(description=name)",
        "Div(text='<b>' + name)",
        "HTML(escape(a) + b)",
    ],
)
def test_text_of_others_is_found_where_it_would_run(source):
    assert list(unescaped(source))


@pytest.mark.parametrize(
    "source", ["HTML(escape(name))", "HTML(f'<b>{escape(name)}</b>')", "HTML('<hr>')", "h(name)"]
)
def test_text_that_is_ours_or_escaped_may_stand_there(source):
    assert not list(unescaped(source))


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)", "pickle.loads(data)", "np.load(path, allow_pickle=True)", "import pickle",
        "from cloudpickle import dumps", "yaml.load(text)", "subprocess.run(text, shell=True)",
    ],
)  # fmt: skip
def test_code_of_data_is_found(source):
    assert list(runs_code("dashboard/here.py", source))
