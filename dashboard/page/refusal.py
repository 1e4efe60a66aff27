"""The page that is shown in place of the workbench where it must not open."""

from __future__ import annotations

import panel as pn

from dashboard.page.escape import escape


def refusal(sentence: str) -> pn.pane.HTML:
    """Return a page that says one sentence."""
    return pn.pane.HTML(
        escape(sentence), styles={"font-size": "16px", "margin": "20vh auto", "max-width": "36rem"}
    )
