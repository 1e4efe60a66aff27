"""How Sphinx builds the documents: `make docs`. Whatever lies in docs/deploy/ is taken up."""

from __future__ import annotations

import tomllib
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]

project = "supervox"
author = copyright = "supervox developers"  # noqa: A001 - Sphinx's name
version = release = _PROJECT["version"]

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["README.md"]
# What a docstring must have of a function that is called from a notebook; of a tuple with names
# and of an error it is enough to say what they hold.
numpydoc_validation_checks = {"GL08", "PR01", "PR02", "PR03", "RT01", "YD01"}
numpydoc_validation_exclude = {r"\.[A-Z]\w*$"}

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

# Kernels say their shapes in their docstrings; their annotations would only repeat the types.
autosummary_generate = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
python_use_unqualified_type_names = True

# No asset of a page comes from a network: no fonts, no MathJax, no badges.
html_theme = "pydata_sphinx_theme"
html_title = f"supervox {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_favicon = "static/icon.svg"
html_logo = "static/icon.svg"
html_theme_options = {
    "logo": {"text": "supervox"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
