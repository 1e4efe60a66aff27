"""The documents as they lie in the tree: what links lead to, what pictures are there."""

from __future__ import annotations

import pytest

from docs import links

PAGES = links.pages()
NAMES = [str(page.relative_to(links.ROOT)) for page in PAGES]
MOST_PICTURES, MOST_MB = 25, 4
MOST_FILM_MB = 2.5


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_page_links_to_what_is_there_and_says_what_its_pictures_show(page):
    assert list(links.dead(page)) == []


def test_every_picture_is_shown_somewhere():
    shown = {link.page.parent / link.to for page in PAGES for link in links.links(page)}

    taken = set(links.IMAGES.iterdir())

    assert taken
    assert taken <= {path.resolve() for path in shown}


def test_the_pictures_stay_light():
    sizes = {path.stem: path.stat().st_size / 1e6 for path in links.IMAGES.iterdir()}

    film = sizes.pop("film")

    assert film < MOST_FILM_MB
    assert len(sizes) <= MOST_PICTURES
    assert sum(sizes.values()) < MOST_MB


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("[there](other.md) [its part](other.md#two-words) [here](#top)", 0),
        ("[gone](gone.md)", 1),
        ("[no part](other.md#three)", 1),
        ("![](picture.webp)", 1),
        ("![a picture](picture.webp)", 0),
        ("[![a picture](picture.webp)](gone.md)", 1),
        ("`[code](gone.md)`\n\n```\n[code](gone.md)\n```\n", 0),
        ("[elsewhere](https://example.org/x)", 0),
        ("![elsewhere](https://example.org/x.png)", 1),
    ],
)
def test_what_leads_nowhere_is_found(tmp_path, text, faults):
    (tmp_path / "other.md").write_text("# Other\n\n## Two *words*!\n")
    (tmp_path / "picture.webp").touch()
    page = tmp_path / "page.md"
    page.write_text(f"# Top\n\n{text}\n")

    assert len(list(links.dead(page))) == faults
