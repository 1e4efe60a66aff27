"""Text that is not ours, where Panel or Bokeh would take it for markup."""

from __future__ import annotations

import html


def escape(text: str) -> str:
    """Return `text` so that a browser shows it as it is.

    For every place that runs markup: panes of HTML or Markdown, alerts, notifications, titles of
    cards, tooltips. `tests/test_markup.py` holds them to it.
    """
    return html.escape(str(text), quote=True)
