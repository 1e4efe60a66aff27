"""What a new release of Panel, Bokeh or HoloViews has taken away is said at the start."""

from __future__ import annotations

import ast
from pathlib import Path

import panel as pn
import pytest
from holoviews.plotting.bokeh.callbacks import Callback

from dashboard.page import panel_internals
from dashboard.page.panel_internals import INTERNALS, Internal, trouble

PAGE = Path(panel_internals.__file__).parent
# Documented by Panel for those who write components, though they begin so.
DOCUMENTED = {"_esm", "_stylesheets", "_rename"}


def test_the_packages_that_are_installed_have_all_of_it():
    assert trouble() == ""


@pytest.mark.parametrize("internal", INTERNALS, ids=lambda each: f"{each.of.__name__}.{each.name}")
def test_a_name_that_is_gone_is_said_with_what_is_done_by_it(monkeypatch, internal):
    monkeypatch.setattr(
        panel_internals, "INTERNALS", (internal._replace(name=f"{internal.name}_of_old"),)
    )

    said = trouble()

    assert f"has no {internal.of.__name__}.{internal.name}_of_old as supervox knows it" in said
    assert internal.does in said
    assert "install the version of" in said


def test_a_release_without_a_limit_for_uploads_or_a_register_is_said(monkeypatch):
    monkeypatch.delattr(pn.widgets.FileDropper, "_process_event")
    monkeypatch.delattr(Callback, "_callbacks")

    said = trouble()

    assert "FileDropper._process_event" in said
    assert "Callback._callbacks" in said


def test_a_name_that_takes_other_values_is_said(monkeypatch):
    changed = Internal("panel", Changed, "send", "the page is sent messages", ("data",))
    monkeypatch.setattr(panel_internals, "INTERNALS", (changed,))

    assert "Changed.send" in trouble()


class Changed:
    def send(self, message):
        """As another release might have it."""


def test_no_other_module_of_the_page_overrides_or_asks_for_what_is_private():
    private = {each.name for each in (*INTERNALS, *panel_internals.MADE)}
    private |= {"_session_callbacks", "_contexts"} - DOCUMENTED
    private = {name for name in private if name.startswith("_")}
    used = {
        f"{path.name}: {name}"
        for path in PAGE.glob("*.py")
        if path.name != "panel_internals.py"
        for node in ast.walk(ast.parse(path.read_text()))
        for name in [getattr(node, "attr", None) or getattr(node, "name", None)]
        if name in private
    }

    assert used == set()
