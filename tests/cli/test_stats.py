"""``supervox stats``."""

from __future__ import annotations

import csv
import io

import nibabel as nib
import numpy as np
import pytest

from tests.cli.test_main import supervox  # noqa: F401 - a fixture
from tests.conftest import nifti_bytes
from workers.labels.statistics import statistics


@pytest.fixture
def pair(oblique, tmp_path):
    """The paths of a tilted scan and of a label map on it."""
    labels = np.random.default_rng(0).choice([0, 1, 2], oblique.shape).astype(np.uint8)
    paths = tmp_path / "scan.nii", tmp_path / "scan_dseg.nii.gz"
    paths[0].write_bytes(nifti_bytes(oblique.data, oblique.affine))
    nib.save(nib.Nifti1Image(labels, oblique.affine), paths[1])
    return paths


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_it_prints_what_the_kernel_finds(supervox, pair, oblique):  # noqa: F811
    status, printed, errors = supervox("stats", *pair)

    labels = np.asarray(nib.load(pair[1]).dataobj)
    assert (status, errors) == (0, "")
    for row, found in zip(
        rows_of(printed), statistics(oblique.data, labels, oblique.affine), strict=True
    ):
        assert (int(row["index"]), int(row["voxels"])) == (found.value, found.voxels)
        assert float(row["median"]) == pytest.approx(found.median)
        assert float(row["centroid_r_mm"]) == pytest.approx(found.centroid_mm[0])


@pytest.mark.parametrize(("unit", "factor"), [("micron", 1e3), ("meter", 1e-3), ("mm", 1)])
@pytest.mark.parametrize("map_unit", ["same", "mm"])
def test_sizes_are_in_mm_whatever_the_file_has(supervox, tmp_path, unit, factor, map_unit):  # noqa: F811
    labels = np.zeros((9, 8, 7), np.uint8)
    labels[2:6, 1:5, 3:7] = 1
    paths = tmp_path / "scan.nii.gz", tmp_path / "scan_dseg.nii.gz"
    units = (unit, factor), ((unit, factor) if map_unit == "same" else ("mm", 1))
    for path, (each, by) in zip(paths, units, strict=True):
        image = nib.Nifti1Image(labels, np.diag([-by, -by, 1.5 * by, 1]))
        image.header.set_xyzt_units(each)
        nib.save(image, path)

    status, printed, _ = supervox("stats", *paths)

    (row,) = rows_of(printed)
    assert status == 0
    assert float(row["volume_mm3"]) == pytest.approx(96)
    assert float(row["centroid_s_mm"]) == pytest.approx(1.5 * 4.5)


def test_a_table_beside_the_labels_names_them(supervox, pair):  # noqa: F811
    (pair[1].parent / "scan_dseg.tsv").write_text("index\tname\n1\tGreen\n")

    _, printed, errors = supervox("stats", *pair)

    assert [row["name"] for row in rows_of(printed)] == ["Green", "label 2"]
    assert errors == ""


def test_a_table_beside_the_labels_that_is_none_is_told_and_not_used(supervox, pair):  # noqa: F811
    (pair[1].parent / "scan_dseg.tsv").write_text("no table")

    status, printed, errors = supervox("stats", *pair)

    assert status == 0
    assert errors.startswith("The table beside the labels is not used. scan_dseg.tsv: ")
    assert [row["name"] for row in rows_of(printed)] == ["label 1", "label 2"]


def test_of_a_volume_over_the_memory_budget_it_is_the_same(supervox, pair, tmp_path):  # noqa: F811
    _, expected, _ = supervox("stats", *pair)

    storage = "--memory-budget", "0", "--cache", tmp_path / "cache"
    status, printed, errors = supervox("stats", *pair, *storage)

    assert (status, errors) == (0, "")
    assert (tmp_path / "cache").exists()
    assert printed == expected


def test_it_writes_a_file(supervox, pair, tmp_path):  # noqa: F811
    _, expected, _ = supervox("stats", *pair)

    status, printed, _ = supervox("stats", *pair, "--out", tmp_path / "found.csv")

    assert (status, printed) == (0, "")
    assert (tmp_path / "found.csv").read_text() == expected


def test_what_cannot_be_done_is_one_sentence(supervox, pair, tmp_path, oblique):  # noqa: F811
    moved = oblique.affine.copy()
    moved[0, 3] += 1
    nib.save(nib.Nifti1Image(np.ones(oblique.shape, np.uint8), moved), tmp_path / "moved.nii")
    image, labels = pair
    asked = {
        "cannot be read": (image, tmp_path / "gone.nii"),
        "cannot be read ": (image, labels, "--table", tmp_path / "gone.tsv"),
        "lies on another grid": (image, tmp_path / "moved.nii"),
        "other than what is read": (image, labels, "--out", labels),
        "could not be written": (image, labels, "--out", tmp_path / "no" / "folder.csv"),
        "as whole numbers from 0": (image, image),
    }

    for said, arguments in asked.items():
        status, printed, errors = supervox("stats", *arguments)

        assert (status, printed) == (2, "")
        assert said in errors
        assert errors.count("\n") == 1


@pytest.fixture
def unplaced(pair):
    """The same pair, of which neither file says how it lies in the patient."""
    for path in pair:
        data = np.asarray(nib.load(path).dataobj)
        content = bytearray(nib.Nifti1Image(data, np.eye(4)).to_bytes())
        content[252:256] = bytes(4)
        path.with_suffix("").with_suffix(".bare.nii").write_bytes(content)
    return tuple(path.with_suffix("").with_suffix(".bare.nii") for path in pair)


@pytest.mark.parametrize("storage", [[], ["--memory-budget", "0"]])
def test_how_both_files_were_understood_is_said_once(supervox, unplaced, tmp_path, storage):  # noqa: F811
    status, printed, errors = supervox("stats", *unplaced, *storage, "--cache", tmp_path / "cache")

    assert status == 0
    assert len(rows_of(printed)) == 2
    note = "The file has no orientation code: left and right are a guess."
    assert errors.splitlines() == [f"scan.bare.nii: {note}", f"scan_dseg.bare.nii: {note}"]


def test_a_table_in_latin_1_is_said_and_used(supervox, pair, tmp_path):  # noqa: F811
    (tmp_path / "names.csv").write_bytes("index,name\n1,Grün\n".encode("latin-1"))

    status, printed, errors = supervox("stats", *pair, "--table", tmp_path / "names.csv")

    assert (status, rows_of(printed)[0]["name"]) == (0, "Grün")
    assert errors.startswith("names.csv: It is not in UTF-8 and was read as Latin-1")


def test_a_minus_prints_too(supervox, pair):  # noqa: F811
    assert supervox("stats", *pair, "--out", "-") == supervox("stats", *pair)


def test_a_label_map_of_several_volumes_says_what_to_do(supervox, pair, tmp_path):  # noqa: F811
    nib.save(nib.Nifti1Image(np.zeros((4, 4, 4, 3), np.uint8), np.eye(4)), tmp_path / "four.nii")

    status, _, errors = supervox("stats", pair[0], tmp_path / "four.nii")

    assert status == 2
    assert "the file holds 3: save one of them as a file of its own" in errors
