from __future__ import annotations

from pathlib import Path

import pytest
from platformdirs import user_cache_path, user_data_path

from dashboard import demo
from dashboard.cli import serve_options
from dashboard.cluster.address import Where


def test_without_arguments_the_demo_is_opened_and_files_are_at_home():
    asked = serve_options.parse([])

    assert asked.file == demo.PATH
    assert asked.file.is_file()
    assert asked.folder == Path.home()
    assert asked.where == Where()


def test_a_file_opens_its_own_folder(tmp_path):
    asked = serve_options.parse([str(tmp_path / "scan.nii")])

    assert asked.file == tmp_path / "scan.nii"
    assert asked.folder == tmp_path


def test_a_relative_file_is_told_by_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    asked = serve_options.parse(["scan.nii"])

    assert (asked.file, asked.folder) == (tmp_path / "scan.nii", tmp_path)


def test_a_folder_that_is_given_is_taken(tmp_path):
    asked = serve_options.parse(
        ["scan.nii", "--folder", str(tmp_path), "--scheduler", "tls://h:8786"]
    )

    assert asked.folder == tmp_path
    assert asked.where == Where("tls://h:8786")


@pytest.mark.parametrize("given", [["~/scan.nii"], ["x.nii", "--folder", "~"]])
def test_a_tilde_is_the_home_folder(given, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))

    asked = serve_options.parse(given)

    assert asked.folder == tmp_path


def test_annotations_are_kept_in_the_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    asked = serve_options.parse([])

    assert asked.data_root == user_data_path("supervox", appauthor=False)
    assert not asked.data_root.exists()


def test_annotations_are_kept_where_one_says(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    asked = serve_options.parse(["--data-root", "kept"])

    assert asked.data_root == tmp_path / "kept"


def test_large_volumes_are_kept_in_the_users_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    asked = serve_options.parse([])

    assert asked.storage == (user_cache_path("supervox", appauthor=False), None, None)


def test_large_volumes_are_kept_where_and_as_far_as_one_says(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    asked = serve_options.parse(
        ["--cache", "fast", "--cache-limit", "50", "--memory-budget", "0.5"]
    )

    assert asked.storage == (tmp_path / "fast", 50.0, 0.5)


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "much"])
@pytest.mark.parametrize("option", ["--cache-limit", "--memory-budget"])
def test_what_is_no_size_is_refused(option, text, capsys):
    with pytest.raises(SystemExit):
        serve_options.parse([f"{option}={text}"])

    assert "expected gigabytes, 0 or more; got" in capsys.readouterr().err


def test_an_unknown_option_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        serve_options.parse(["--foldr", "x"])

    assert ended.value.code == 2
    assert "unrecognized arguments: --foldr" in capsys.readouterr().err
