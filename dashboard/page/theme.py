"""How Panel's own buttons look on the page: the colours of bench.css, small and dense."""

from __future__ import annotations

STILL = {
    "@media (prefers-reduced-motion: reduce)": {
        "transition": "none",
        "& .MuiTouchRipple-root": {"display": "none"},
    }
}
QUIET = {
    **STILL,
    "color": "#dfe4ea",
    "borderColor": "#2a313b",
    "padding": "3px 10px",
    "fontSize": "13px",
    "lineHeight": 1.45,
    "minWidth": 0,
    "textTransform": "none",
    "fontFamily": 'Inter, "Segoe UI", "DejaVu Sans", system-ui, sans-serif',
}
SMALL = {
    **QUIET,
    "fontSize": "12px",
    "letterSpacing": 0,
    "backgroundColor": "transparent",
    "border": "1px solid #2a313b",
    "boxShadow": "none",
    "&:hover": {"backgroundColor": "#1e242c", "boxShadow": "none"},
    "padding": "1px 7px",
    "height": "24px",
    "& .MuiButton-startIcon": {"display": "none"},
}
STRONG = {
    **QUIET,
    "color": "#06262b",
    "backgroundColor": "#5cc8d7",
    "fontWeight": 600,
    "textTransform": "none",
    "&:hover": {"backgroundColor": "#7fd6e2"},
    "@media (forced-colors: active)": {"border": "1px solid ButtonText"},
}
