"""What a command prints, seen from the shell that runs it."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from dashboard.cli import printing
from dashboard.cli.printing import Unprinted, guarded

COMMAND = [sys.executable, "-m", "dashboard.cli"]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A command that measures a label map whose label has a name of other letters."""
    folder = tmp_path_factory.mktemp("scan")
    nib.save(
        nib.Nifti1Image(np.arange(64, dtype="i2").reshape(4, 4, 4), np.eye(4)), folder / "a.nii"
    )
    nib.save(nib.Nifti1Image(np.ones((4, 4, 4), "u1"), np.eye(4)), folder / "a_dseg.nii")
    (folder / "a_dseg.tsv").write_text("index\tname\n1\t海馬\n", encoding="utf-8")
    return [*COMMAND, "stats", str(folder / "a.nii"), str(folder / "a_dseg.nii")]


@pytest.mark.parametrize(
    "code", [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}]
)
def test_it_is_in_utf_8_whatever_the_terminal_is_said_to_be(asked, code):
    ran = subprocess.run(asked, env=os.environ | code, capture_output=True, check=True)

    row = next(csv.DictReader(ran.stdout.decode().splitlines()))
    assert row["name"] == "海馬"
    assert ran.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_one_sentence(asked):
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(asked, stdout=full, stderr=subprocess.PIPE, check=False)

    said = "What was found could not be printed (No space left on device).\n"
    assert (ran.returncode, ran.stderr.decode()) == (1, said)


def test_a_pipe_that_nobody_reads_ends_it_without_a_word(asked):
    reading, writing = os.pipe()
    os.close(reading)

    ran = subprocess.run(asked, stdout=writing, stderr=subprocess.PIPE, check=False)

    os.close(writing)
    assert (ran.returncode, ran.stderr) == (128 + signal.SIGPIPE, b"")


def test_an_interruption_is_one_word(capsys):
    def interrupted():
        raise KeyboardInterrupt

    assert guarded(interrupted) == 130
    assert capsys.readouterr() == ("", "Interrupted.\n")


def test_what_cannot_be_printed_is_told_with_its_status(monkeypatch):
    def full(text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys.stdout, "write", full)

    with pytest.raises(Unprinted, match="No space left") as failed:
        printing.put("x")
    assert failed.value.status == 1


def test_each_sentence_is_said_once(capsys):
    printing.say(["a", "b", "a"])

    assert capsys.readouterr().err == "a\nb\n"
