from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from tests.release.contents import strange_in_sdist, strange_in_wheel

SCRIPT = "dashboard/page/script/"
SOURCES = {
    SCRIPT + name
    for name in ("core/main.ts", "panels/fold.tsx", "build.mjs", "eslint.config.js", "package.json")
}
CODE = {
    "dashboard/app.py",
    "workers/superpixels/skimage_slic.py",
    *(
        SCRIPT + name
        for name in ("__init__.py", "bench.css", "built/page.js", "built/licences.txt")
    ),
}
TRACKED = {"Makefile", "tests/test_it.py", *CODE, *SOURCES}
ABOUT = "supervox-0.1.0.dist-info/"
TOLD = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE",
        "licenses/dashboard/demo/NOTICE.md",
        "licenses/dashboard/page/script/built/licences.txt"}  # fmt: skip
CACHE = "workers/__pycache__/slic.assign-1.py311.nbi"


@pytest.fixture
def wheel(tmp_path):
    """Makes a wheel of the code and what is told of it, with more and without some."""

    def make(*more, without=()):
        path = tmp_path / "supervox-0.1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name in {*CODE, *(ABOUT + each for each in TOLD), *more} - {*without}:
                archive.writestr(name, "")
        return path

    return make


@pytest.fixture
def sdist(tmp_path):
    """Makes an sdist of what git knows, with more and without some."""

    def make(*more, without=()):
        path = tmp_path / "supervox-0.1.0.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for name in {*TRACKED, "PKG-INFO", *more} - {*without}:
                archive.addfile(tarfile.TarInfo(f"supervox-0.1.0/{name}"), io.BytesIO())
        return path

    return make


def test_a_wheel_of_the_two_packages_with_licence_and_notices_is_as_it_should_be(wheel):
    assert [*strange_in_wheel(wheel(), TRACKED)] == []


@pytest.mark.parametrize("more", ["tests/test_it.py", CACHE, "dashboard/scan.nii.gz"])
def test_nothing_else_is_in_it(wheel, more):
    (said,) = strange_in_wheel(wheel(more), TRACKED)

    assert f"holds {more}, which git does not know" in said


@pytest.mark.parametrize("source", [*sorted(SOURCES), f"{SCRIPT}node_modules/preact/index.js"])
def test_sources_of_the_page_and_its_packages_are_strange_in_a_wheel(wheel, source):
    (said,) = strange_in_wheel(wheel(source), TRACKED)

    assert f"holds {source}" in said


@pytest.mark.parametrize("lost", [f"{SCRIPT}built/page.js", f"{ABOUT}licenses/LICENSE"])
def test_what_it_lacks_is_said(wheel, lost):
    (said,) = strange_in_wheel(wheel(without=[lost]), TRACKED)

    assert said == f"supervox-0.1.0-py3-none-any.whl lacks {lost}."


def test_an_sdist_of_all_that_git_knows_is_as_it_should_be(sdist):
    assert [*strange_in_sdist(sdist(), TRACKED)] == []


def test_an_sdist_lacks_no_source_of_the_page(sdist):
    said = [*strange_in_sdist(sdist(without=SOURCES), TRACKED)]

    assert len(said) == len(SOURCES)


def test_an_sdist_holds_no_caches_and_lacks_no_test(sdist):
    said = [*strange_in_sdist(sdist(CACHE, without=["tests/test_it.py"]), TRACKED)]

    assert f"holds {CACHE}" in said[0]
    assert said[1].endswith("lacks tests/test_it.py.")
