"""How Panel's own widgets look on the page: the colours of bench.css, small and dense."""

from __future__ import annotations

THEME = {
    "palette": {
        "mode": "dark",
        "primary": {"main": "#5cc8d7", "contrastText": "#06262b"},
        "default": {"main": "#95a0ae", "contrastText": "#0f1216"},
        "background": {"default": "#0f1216", "paper": "#161a20"},
        "text": {"primary": "#dfe4ea", "secondary": "#95a0ae"},
        "divider": "#2a313b",
    },
    "typography": {
        "fontFamily": 'Inter, "Segoe UI", "DejaVu Sans", system-ui, sans-serif',
        "fontSize": 12.5,
        "button": {"textTransform": "none", "fontWeight": 400},
    },
    "shape": {"borderRadius": 6},
}
QUIET = {
    "color": "#dfe4ea",
    "borderColor": "#2a313b",
    "padding": "3px 10px",
    "fontSize": "13px",
    "lineHeight": 1.45,
    "minWidth": 0,
}
STRONG = {**QUIET, "color": "#06262b", "fontWeight": 600}
FIELD = {"& input": {"padding": "4px 8px", "fontSize": "13px"}, "& label": {"fontSize": "13px"}}
