"""The pages on deployment show the very files that are tried."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[1] / "docs" / "deploy"
SHOWN = {"nginx.md": ["nginx.conf"], "cluster.md": sorted(p.name for p in DEPLOY.glob("on_*.py"))}


@pytest.mark.parametrize("page", SHOWN)
def test_a_page_shows_its_files_word_for_word(page):
    text = (DEPLOY / page).read_text(encoding="utf-8")

    for name in SHOWN[page]:
        assert (DEPLOY / name).read_text(encoding="utf-8").strip() in text, name


@pytest.mark.parametrize("name", SHOWN["cluster.md"])
def test_a_module_for_a_cluster_has_the_function_that_its_page_names(name):
    module = ast.parse((DEPLOY / name).read_text(encoding="utf-8"))

    functions = [node.name for node in module.body if isinstance(node, ast.FunctionDef)]
    assert "start" in functions
    assert f"{name.removesuffix('.py')}:start" in ast.get_docstring(module)
