from __future__ import annotations

import gzip
import json
import sys
from importlib import metadata

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.cli import main
from dashboard.cli import serve_options as options
from tests.conftest import nifti_bytes
from workers.formats.nifti import nifti


@pytest.fixture
def scan(oblique, tmp_path):
    """The path of a tilted scan."""
    path = tmp_path / "scan.nii.gz"
    path.write_bytes(gzip.compress(nifti_bytes(oblique.data, oblique.affine)))
    return path


@pytest.fixture
def supervox(capsys):
    """Runs the command; returns exit status, output and errors."""

    def run(*arguments):
        try:
            status = main.main([str(each) for each in arguments])
        except SystemExit as ended:
            status = ended.code
        return status, *capsys.readouterr()

    return run


def partition(supervox, scan, *options, out="ids.nii.gz"):
    return supervox("partition", scan, scan.parent / out, "--threshold", "none", *options)


def test_partition_writes_the_ids_and_one_line_of_json(supervox, scan):
    status, said, errors = partition(supervox, scan, "--count", "20")

    found = nifti.read(scan.with_name("ids.nii.gz"))
    told = json.loads(said)
    assert (status, errors, said.count("\n")) == (0, "", 1)
    assert set(told) == {"count", "voxels", "seconds", "sha256", "notes"}
    assert told["count"] == found.data.max()
    assert told["voxels"] == np.count_nonzero(found.data)
    assert_array_equal(found.affine, nifti.read(scan).affine)


def test_equal_input_gives_equal_ids_and_equal_bytes(supervox, scan):
    told = [json.loads(partition(supervox, scan, out=name)[1]) for name in ("a.nii.gz", "b.nii.gz")]

    assert told[0]["sha256"] == told[1]["sha256"]
    a, b = (scan.with_name(name).read_bytes() for name in ("a.nii.gz", "b.nii.gz"))
    assert a == b


def test_another_wish_gives_other_ids(supervox, scan):
    told = [json.loads(partition(supervox, scan, "--count", n)[1]) for n in (5, 40)]

    assert told[0]["sha256"] != told[1]["sha256"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--count", "0"], "count must be positive and finite; got 0."),
        (["--size-mm3", "-2"], "size_mm3 must be positive and finite; got -2.0."),
        (["--compactness", "nan"], "compactness must be positive and finite; got nan."),
        (["--sigma-mm", "-1"], "sigma_mm must be 0 or more, and finite; got -1.0."),
        (["--threshold", "1e9"], "no voxel is in the foreground; choose a lower threshold."),
        (
            ["--volume", "3"],
            "scan.nii.gz: expected one of its volumes, 1 to 1; there is no number 3.",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_line(supervox, scan, options, sentence):
    status, said, errors = partition(supervox, scan, *options)

    assert (status, said, errors) == (2, "", f"{sentence}\n")
    assert not scan.with_name("ids.nii.gz").exists()


def test_it_says_which_version_it_is(supervox):
    assert supervox("--version") == (0, f"supervox {metadata.version('supervox')}\n", "")


def test_so_does_one_that_is_not_installed(monkeypatch):
    def nothing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", nothing)

    assert main.version() == "is not installed, so its version is not known"


def test_a_missing_image_is_said(supervox, tmp_path):
    status, said, errors = supervox("partition", tmp_path / "gone.nii", tmp_path / "ids.nii.gz")

    assert (status, said) == (2, "")
    assert errors.startswith("gone.nii: cannot be read")


def test_an_image_that_is_none_is_said(supervox, tmp_path):
    (tmp_path / "notes.nii").write_text("no NIfTI at all" * 50)

    status, said, errors = supervox("partition", tmp_path / "notes.nii", tmp_path / "ids.nii.gz")

    assert (status, said, errors.count("\n")) == (2, "", 1)
    assert errors.startswith("notes.nii: ")


def test_a_file_of_several_volumes_asks_for_one(supervox, tmp_path):
    series = np.random.default_rng(0).uniform(0, 9, (6, 6, 6, 2)).astype(np.float32)
    (tmp_path / "series.nii").write_bytes(nifti_bytes(series, np.eye(4)))
    command = ["partition", tmp_path / "series.nii", tmp_path / "ids.nii.gz"]

    status, _, errors = supervox(*command)
    said = "expected one volume; the file holds 2: choose one with --volume, from 1 to 2."
    assert (status, errors) == (2, f"series.nii: {said}\n")
    assert supervox(*command, "--volume", "2", "--threshold", "none")[0] == 0


def test_a_file_whose_forms_differ_asks_for_one(supervox, tmp_path):
    noise = np.random.default_rng(0).uniform(0, 9, (6, 6, 6)).astype(np.float32)
    image = nib.Nifti1Image(noise, None)
    image.header.set_qform(np.diag([-1.0, 1, 1, 1]), 1)
    image.header.set_sform(np.eye(4), 2)
    nib.save(image, tmp_path / "scan.nii")
    command = ["partition", tmp_path / "scan.nii", tmp_path / "ids.nii.gz", "--threshold", "none"]

    status, _, errors = supervox(*command)
    assert status == 2
    assert "mirrored left to right" in errors
    assert errors.endswith("Say --form sform or --form qform.\n")
    for form, sign in (("qform", -1), ("sform", 1)):
        assert supervox(*command, "--form", form)[0] == 0
        assert nib.load(tmp_path / "ids.nii.gz").affine[0, 0] == sign


def test_a_pair_is_partitioned(supervox, tmp_path):
    noise = np.random.default_rng(0).uniform(0, 9, (6, 6, 6)).astype(np.float32)
    nib.save(nib.Nifti1Pair(noise, np.eye(4)), tmp_path / "scan.hdr")

    for half in ("scan.hdr", "scan.img"):
        command = ["partition", tmp_path / half, tmp_path / "ids.nii.gz", "--threshold", "none"]
        assert supervox(*command)[0] == 0


@pytest.mark.parametrize("out", ["ids.nii", "ids.img", "ids"])
def test_an_output_of_another_ending_is_refused(supervox, scan, out):
    status, said, errors = partition(supervox, scan, out=out)

    assert (status, said) == (2, "")
    assert errors == f"Expected an output name ending in .nii.gz or .zarr; got {out}.\n"


def test_an_output_that_cannot_be_written_is_said(supervox, scan):
    status, said, errors = partition(supervox, scan, out="no folder/ids.nii.gz")

    assert (status, said, errors.count("\n")) == (2, "", 1)
    assert "could not be written to" in errors


def test_the_image_is_not_written_over(supervox, scan):
    before = scan.read_bytes()

    status, _, errors = partition(supervox, scan, out="scan.nii.gz")

    assert status == 2
    assert "other than the image" in errors
    assert scan.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [[], ["paint"], ["partition"], ["partition", "a", "b.nii.gz", "--count", "x"],
     ["partition", "a", "b.nii.gz", "--count", "3", "--size-mm3", "2"],
     ["partition", "a", "b.nii.gz", "--threshold", "dark"], ["serve", "--port", "x"]],
)  # fmt: skip
def test_what_is_no_command_is_answered_by_the_usage(supervox, arguments):
    status, said, errors = supervox(*arguments)

    assert (status, said) == (2, "")
    assert errors.startswith("usage: supervox")


def test_serving_a_missing_file_is_said_and_serves_nothing(supervox, tmp_path):
    status, said, errors = supervox("serve", tmp_path / "gone.nii")

    assert (status, said) == (2, "")
    assert errors == f"Expected a volume; there is none at {tmp_path / 'gone.nii'}.\n"


def test_the_page_is_told_all_that_was_asked(tmp_path):
    given = [str(tmp_path / "a.nii"), "--folder", "/scans", "--data-root", "/kept"]
    asked = options.parse([*given, "--scheduler", "tls://h:8786"])

    assert options.parse(main.passed_on(asked)) == asked
    sizes = ["--cache", "/fast", "--cache-limit", "12.5", "--memory-budget", "0"]
    asked = options.parse([*given, *sizes])
    assert options.parse(main.passed_on(asked)) == asked


def test_a_folder_that_is_a_volume_may_be_served_and_another_may_not(tmp_path, supervox):
    (tmp_path / "folder").mkdir()

    status, _, errors = supervox("serve", tmp_path / "folder")

    assert (status, errors) == (2, f"Expected a volume; there is none at {tmp_path / 'folder'}.\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "add a login with --basic-auth FILE"),  # noqa: S104
        (["--basic-auth", "hunter2"], "--basic-auth expects a file that only you can read"),
        (["--autoreload"], "--autoreload is for developers only"),
        (["--admin"], "--admin is for developers only"),
        (["--allow-websocket-origin", "*"], "lets the pages of strangers in"),
        (["--unix-socket", __file__, "--allow-websocket-origin", "hub"], "is no socket"),
    ],
)
def test_a_server_that_would_let_strangers_in_does_not_start(supervox, options, said):
    status, printed, errors = supervox("serve", *options)

    assert (status, printed, errors.count("\n")) == (2, "", 1)
    assert said in errors


def test_a_wildcard_in_the_environment_is_refused_too(supervox, monkeypatch):
    monkeypatch.setenv("BOKEH_ALLOW_WS_ORIGIN", "hub.example.org,*")

    status, _, errors = supervox("serve")

    assert status == 2
    assert "lets the pages of strangers in" in errors


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--scheduler", "head:8786"], "such as tcp://host:8786 or tls://host:8786; got head:8786"),
        (["--scheduler-file", "gone.json"], "Expected the file of a Dask scheduler; there is none"),
        (["--cluster", "gone:make"], "gone cannot be imported"),
        (["--workers", "0"], "Expected at least one worker process"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "partition"])
def test_a_cluster_that_cannot_be_meant_is_said(supervox, scan, command, options, said):
    out = ["ids.nii.gz"] if command == "partition" else []

    status, printed, errors = supervox(command, scan, *out, *options)

    assert (status, printed, errors.count("\n")) == (2, "", 1)
    assert said in errors


@pytest.mark.slow
def test_a_cluster_of_the_users_gives_the_same_bits(supervox, scan, tmp_path, monkeypatch):
    (tmp_path / "cluster_of_threads.py").write_text(
        "from distributed import LocalCluster\n"
        "def make():\n"
        "    return LocalCluster(1, 1, processes=False, dashboard_address=None)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*sys.path])

    here = json.loads(partition(supervox, scan)[1])
    there = json.loads(partition(supervox, scan, "--cluster", "cluster_of_threads:make")[1])

    assert there["sha256"] == here["sha256"]
