"""CITATION.cff says what pyproject.toml says, in the words of the Citation File Format 1.2.0."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
REQUIRED = {"cff-version", "message", "title", "authors"}
KNOWN = REQUIRED | {
    *("abstract", "type", "version", "date-released", "license", "keywords", "references")
}


@pytest.fixture
def citation():
    """CITATION.cff as it is read."""
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.fixture
def project():
    """The [project] table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_version_and_licence_are_those_of_the_project(citation, project):
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]


def test_it_has_what_the_format_asks_for_and_nothing_that_it_does_not_know(citation):
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert REQUIRED <= citation.keys() <= KNOWN


def test_authors_are_those_of_the_project(citation, project):
    assert [each["name"] for each in citation["authors"]] == [
        each["name"] for each in project["authors"]
    ]


def test_what_is_referred_to_has_a_type_a_title_and_authors(citation):
    for each in citation["references"]:
        assert {"type", "title", "authors"} <= each.keys()
