from __future__ import annotations

import os
import pathlib

import pytest

from dashboard.volumes import data_folder as module
from dashboard.volumes.data_folder import Folder, is_volume


@pytest.fixture
def tree(tmp_path):
    """A data folder beside a secret one, with what people keep in such folders."""
    root, secret = tmp_path / "data", tmp_path / "secret"
    for made in (root / "Ward b", root / "ward a" / "deep", secret, root / ".cache"):
        made.mkdir(parents=True)
    for name in ("b.nii", "A.nii.gz", "C.NII", ".hidden.nii", "notes.txt", "x.nii.txt", "nii"):
        (root / name).write_text("")
    (root / "ward a" / "deep" / "scan.nii.gz").write_text("")
    (secret / "scan.nii").write_text("")
    (root / "way out").symlink_to(secret, target_is_directory=True)
    (root / "out.nii").symlink_to(secret / "scan.nii")
    (root / "inner.nii").symlink_to(root / "b.nii")
    (root / "broken.nii").symlink_to(root / "gone.nii")
    (root / "loop.nii").symlink_to(root / "loop.nii")
    os.mkfifo(root / "pipe.nii")
    return root


@pytest.fixture
def folder(tree):
    """The folder from which one may open files."""
    return Folder(tree)


def test_only_volumes_and_folders_are_listed_sorted_and_without_hidden_ones(folder):
    listing = folder.list()

    assert listing.folders == ("ward a", "Ward b")
    assert listing.files == ("A.nii.gz", "b.nii", "C.NII", "inner.nii")
    assert (listing.path, listing.truncated) == ("", False)


def test_of_a_pair_the_header_is_listed(folder, tree):
    for name in ("pair.hdr", "pair.img", "zipped.HDR.gz", "zipped.img.gz"):
        (tree / "ward a" / name).write_text("")

    assert folder.list("ward a").files == ("pair.hdr", "zipped.HDR.gz")


def test_a_folder_within_is_listed_by_its_path_from_the_root(folder):
    assert folder.list("ward a").folders == ("deep",)
    assert folder.list("ward a/deep") == ("ward a/deep", (), ("scan.nii.gz",), False)


def test_a_path_may_go_up_as_long_as_it_stays_inside(folder, tree):
    assert folder.resolve("ward a/deep/../../b.nii") == tree / "b.nii"
    assert folder.list("ward a/..").path == ""


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../secret",
        "../secret/scan.nii",
        "way out",
        "way out/scan.nii",
        "out.nii",
        "/",
        "/etc",
    ],
)
def test_no_path_leads_out_of_the_folder(folder, path):
    with pytest.raises(ValueError, match="this one leads out of it"):
        folder.resolve(path)


def test_an_absolute_path_leads_out_unless_it_is_inside(folder, tree):
    assert folder.resolve(str(tree / "b.nii")) == tree / "b.nii"
    with pytest.raises(ValueError, match="leads out"):
        folder.resolve(str(tree.parent / "secret" / "scan.nii"))


def test_a_neighbour_whose_name_begins_alike_is_outside(folder, tree):
    (tree.parent / "data2").mkdir()

    with pytest.raises(ValueError, match="leads out"):
        folder.resolve("../data2")


@pytest.mark.parametrize(
    "path",
    [
        "gone.nii",
        "broken.nii",
        "loop.nii",
        "a\0b",
        "x" * 5000,
        "\udcff.nii",
        "~",
        "$HOME",
        "b.nii/x",
    ],
)
def test_odd_names_are_only_names(folder, path):
    with pytest.raises(ValueError, match="there is none there"):
        folder.resolve(path)


def test_a_name_with_blanks_quotes_and_markup_is_listed_as_it_is(folder, tree):
    name = "<b>'\"&  ö\n.nii"
    (tree / "ward a" / name).write_text("")

    assert folder.list("ward a").files == (name,)
    assert folder.resolve(f"ward a/{name}").name == name


def test_a_name_that_is_no_utf8_can_be_listed_and_resolved(folder, tree):
    (tree / os.fsdecode(b"caf\xe9.nii")).write_text("")

    name = next(name for name in folder.list().files if name.startswith("caf"))

    assert os.fsencode(folder.resolve(name).name) == b"caf\xe9.nii"


def test_a_file_is_no_folder_to_list(folder):
    with pytest.raises(ValueError, match="a folder that can be read"):
        folder.list("b.nii")


def test_an_entry_that_may_not_be_looked_at_does_not_hide_the_others(folder, monkeypatch):
    # For root no folder is closed, so the refusal of the operating system is played.
    stat = pathlib.Path.stat

    def refuse(path, **options):
        if path.name == "ward a":
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr(pathlib.Path, "stat", refuse)

    assert folder.list().files == ("A.nii.gz", "b.nii", "C.NII", "inner.nii")


def test_a_root_that_is_a_link_is_followed(tree):
    (tree.parent / "alias").symlink_to(tree)

    assert Folder(tree.parent / "alias").list("ward a").folders == ("deep",)


def test_a_root_that_is_gone_is_said(tmp_path):
    with pytest.raises(ValueError, match="there is none there"):
        Folder(tmp_path / "gone").list()


def test_a_folder_with_too_many_names_says_that_it_shows_some(folder, monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)

    listing = folder.list()

    assert listing.truncated
    assert len(listing.folders) + len(listing.files) <= 5


def test_a_stored_image_is_listed_as_a_file_and_can_be_opened_whole(folder, tree):
    (tree / "ward a" / "Light.OME.zarr" / "0").mkdir(parents=True)

    assert folder.list("ward a") == ("ward a", ("deep",), ("Light.OME.zarr",), False)
    assert folder.resolve("ward a/Light.OME.zarr") == tree / "ward a" / "Light.OME.zarr"
    assert is_volume(tree / "ward a" / "Light.OME.zarr")


def test_a_stack_of_slices_is_listed_as_one_and_each_alone(folder, tree):
    deep = tree / "ward a" / "deep"
    for name in ("b.tif", "a.TIFF", ".c.tif", "large.btf"):
        (deep / name).write_text("")

    files = folder.list("ward a/deep").files

    assert files == ("*.tif", "a.TIFF", "b.tif", "large.btf", "scan.nii.gz")
    assert folder.resolve("ward a/deep/*.tif") == deep
    assert is_volume(deep)


def test_a_single_tiff_is_no_stack(folder, tree):
    (tree / "ward a" / "b.tif").write_text("")

    assert folder.list("ward a").files == ("b.tif",)
    assert not is_volume(tree / "ward a")
    assert not is_volume(tree / "ward a" / "b.tif")


@pytest.mark.parametrize("path", ["../*.tif", "way out/*.tif", "../secret/*.tif"])
def test_all_slices_lead_out_of_the_folder_no_more_than_one(folder, path):
    with pytest.raises(ValueError, match="leads out of it"):
        folder.resolve(path)


def test_a_file_is_linked_where_the_browser_finds_the_folder(tmp_path):
    folder = Folder(tmp_path, "/user/anna/files/")

    assert folder.link(tmp_path / "a b" / "c#.nii.gz") == "/user/anna/files/a%20b/c%23.nii.gz"
    assert Folder(tmp_path).link(tmp_path / "a.nii.gz") == ""


@pytest.mark.parametrize("place", ["../a.nii.gz", ".local/a.nii.gz", ".a.nii.gz"])
def test_what_is_hidden_or_elsewhere_is_not_linked(tmp_path, place):
    assert Folder(tmp_path, "/files").link((tmp_path / place).resolve()) == ""
