from __future__ import annotations

from tests import browser


def program(folder, name, exit_code):
    """A program of that name in `folder` that does nothing but end."""
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return str(path)


def test_a_stub_that_does_not_start_is_passed_over(tmp_path, monkeypatch):
    program(tmp_path, "chromium-browser", exit_code=1)
    chrome = program(tmp_path, "google-chrome", exit_code=0)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert browser.on_path() == chrome


def test_without_a_chromium_on_the_path_playwrights_own_is_meant(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert browser.on_path() is None


def test_a_firefox_counts_only_with_a_screen_to_draw_on(tmp_path, monkeypatch):
    firefox = program(tmp_path, "firefox-esr", exit_code=0)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.firefox_on_path() is None

    program(tmp_path, browser.SCREEN, exit_code=0)
    assert browser.firefox_on_path() == firefox


def test_without_firefox_make_goes_on_and_says_what_to_install(tmp_path, monkeypatch, capsys):
    program(tmp_path, "chromium", exit_code=0)
    monkeypatch.setenv("PATH", str(tmp_path))

    browser.provide()

    assert "apt install firefox-esr xvfb" in capsys.readouterr().err
