"""The built site is looked through: dead links, and what is fetched from other hosts."""

from __future__ import annotations

import pytest

from docs import site

OTHER = '<h1 id="top">Other</h1>'


def built(folder, body, css=""):
    """A site of two pages, the first with this body."""
    (folder / "index.html").write_text(f"<html><body>{body}</body></html>")
    (folder / "other.html").write_text(OTHER)
    (folder / "style.css").write_text(css)
    return folder


@pytest.mark.parametrize(
    "body",
    [
        '<a href="other.html#top">there</a>',
        '<a href="https://example.org">a link is followed by hand</a>',
        '<p id="here"></p><a href="#here">here</a>',
        '<link rel="stylesheet" href="style.css"><a href="./">home</a>',
    ],
)
def test_what_is_there_is_no_fault(tmp_path, body):
    assert list(site.faults(built(tmp_path, body))) == []


@pytest.mark.parametrize(
    "body",
    [
        '<a href="gone.html">gone</a>',
        '<a href="other.html#nowhere">no such place</a>',
        '<a href="#nowhere">no such place</a>',
        '<img src="gone.webp">',
        '<script src="https://cdn.example.org/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.org/css">',
    ],
)
def test_a_dead_link_and_a_foreign_asset_are_faults(tmp_path, body):
    assert len(list(site.faults(built(tmp_path, body)))) == 1


@pytest.mark.parametrize("css", ["@import 'https://a.org/x.css';", "p{background:url(//a.org/x)}"])
def test_a_style_that_asks_another_host_is_a_fault(tmp_path, css):
    assert len(list(site.faults(built(tmp_path, "", css)))) == 1


def test_a_folder_without_pages_is_a_fault(tmp_path):
    assert len(list(site.faults(tmp_path))) == 1
