from __future__ import annotations

import argparse

import pytest

from dashboard.cluster import address as where
from dashboard.cluster.address import Where, loaded


def asked(*arguments):
    parser = argparse.ArgumentParser()
    where.add_to(parser, "here")
    return where.resolve(parser.parse_args([str(each) for each in arguments]))


@pytest.fixture
def functions(tmp_path, monkeypatch):
    """A module in the current folder, and one that cannot be imported."""
    (tmp_path / "my_cluster.py").write_text("def make():\n    return 'tcp://h:1'\n\nNONE = 3\n")
    (tmp_path / "my_broken_cluster.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    return tmp_path


def test_without_options_nothing_is_said():
    assert asked() == Where()
    assert Where().arguments() == []


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.1:8786", "tls://head.cluster:8786", "tcp://[::1]:8786", "ws://h:80"]
)
def test_an_address_is_taken_as_it_is(address):
    assert asked("--scheduler", address) == Where(address)


@pytest.mark.parametrize(
    "address",
    ["head", "head:8786", "tcp://head", "tcp://head:x", "tcp://:1", "http://head:8786", ""],
)
def test_what_is_no_address_is_said(address):
    with pytest.raises(ValueError, match=r"such as tcp://host:8786 or tls://host:8786; got"):
        asked("--scheduler", address)


def test_a_scheduler_file_is_told_by_its_whole_path(tmp_path, monkeypatch):
    (tmp_path / "scheduler.json").write_text("{}")
    monkeypatch.chdir(tmp_path)

    assert asked("--scheduler-file", "scheduler.json") == Where(file=tmp_path / "scheduler.json")


def test_a_missing_scheduler_file_is_said(tmp_path):
    with pytest.raises(ValueError, match=r"there is none at .*gone\.json"):
        asked("--scheduler-file", tmp_path / "gone.json")


def test_a_function_of_the_current_folder_is_found(functions):
    there = asked("--cluster", "my_cluster:make")

    assert there == Where(function="my_cluster:make")
    assert there.ways().function() == "tcp://h:1"
    assert loaded("os:getcwd")() == str(functions)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("my_cluster", "Expected --cluster module:function; got my_cluster"),
        (":make", "Expected --cluster module:function"),
        ("my_cluster:mak", "my_cluster has no function mak"),
        ("my_cluster:NONE", "my_cluster has no function NONE"),
        ("not_there:make", "not_there cannot be imported .ModuleNotFoundError"),
        ("my_broken_cluster:make", "cannot be imported .ZeroDivisionError: division by zero"),
    ],
)
def test_a_function_that_is_none_is_said(functions, name, said):
    with pytest.raises(ValueError, match=said):
        asked("--cluster", name)


def test_less_than_one_worker_is_said():
    with pytest.raises(ValueError, match="at least one worker process; got --workers 0"):
        asked("--workers", 0)


def test_two_ways_at_once_are_refused(capsys):
    with pytest.raises(SystemExit):
        asked("--workers", 2, "--scheduler", "tcp://h:1")

    assert "not allowed with argument" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["--workers", "2"], ["--scheduler", "tcp://h:1"]])
def test_the_page_is_told_the_same(words):
    assert asked(*words).arguments() == words
