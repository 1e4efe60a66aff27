"""The one file of script that the page loads: of its sources, whole, and asking no other host."""

from __future__ import annotations

import filecmp
import json
import re

import pytest

from dashboard.page.script import BUILT, HERE
from tests.page.page_script import node, sources

ADDRESS = re.compile(r"\b(?:https?|wss?)://[^\s\"'`)\\]+")
# Names and notices, which nobody asks for.
ADDRESSES = {
    "http://www.w3.org/2000/svg": "the name of SVG's elements",
    "http://www.w3.org/1999/xhtml": "the name of HTML's elements, in preact",
    "http://www.w3.org/1998/Math/MathML": "the name of MathML's elements, in preact",
    "http://www.kitware.com/Copyright.htm": "in notices of vtk.js",
    "https://kitware.github.io/vtk-js/docs/concepts_profile.html": "in an error of vtk.js",
    "https://belcour.github.io/blog/research/2017/05/01/brdf-thin-film.html": (
        "in a comment of a shader of vtk.js"
    ),
}
EXACT = re.compile(r"\d+\.\d+\.\d+")


@pytest.fixture(scope="module")
def anew(tmp_path_factory):
    """The folder of a bundle that was built just now."""
    folder = tmp_path_factory.mktemp("built")
    node("build.mjs", folder / BUILT.name)
    return folder


@pytest.fixture
def lock():
    """What package-lock.json says of each package, by where it lies."""
    told = json.loads((HERE / "package-lock.json").read_text())["packages"]
    return {where: of for where, of in told.items() if where}


@pytest.mark.parametrize("name", [BUILT.name, "licences.txt"])
def test_what_is_kept_is_what_the_sources_make(anew, name):
    is_same = filecmp.cmp(BUILT.parent / name, anew / name, shallow=False)

    assert is_same, "run `make page`, and commit what it writes"


def test_the_units_of_the_script_pass_their_tests():
    node("--test", "--test-reporter=spec", "*/*.test.ts")


def test_it_names_no_host_of_a_network():
    named = set(ADDRESS.findall(BUILT.read_text(encoding="utf-8")))

    assert named <= ADDRESSES.keys()


def test_the_licences_of_what_is_in_it_are_told():
    told = (BUILT.parent / "licences.txt").read_text(encoding="utf-8")

    asked = json.loads((HERE / "package.json").read_text())["dependencies"]
    text = "".join(sources().values())
    imported = {f"{name} {version} (" for name, version in asked.items() if f'"{name}' in text}
    assert {each for each in imported if each not in told} == set()
    assert told.count("Copyright") >= len(imported)


def test_versions_are_exact_and_no_package_has_an_address(lock):
    package = json.loads((HERE / "package.json").read_text())
    asked = package["dependencies"] | package["devDependencies"]

    assert [each for each in asked.items() if not EXACT.fullmatch(each[1])] == []
    assert {where for where, of in lock.items() if "resolved" in of} == set()
    assert {where for where, of in lock.items() if "integrity" not in of} == set()
    assert not (HERE / ".npmrc").exists()
