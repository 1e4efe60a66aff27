from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import zarr
from numpy.testing import assert_allclose, assert_array_equal

from dashboard.volumes.memory_volume import Volume
from workers.formats import open_volume
from workers.formats.convert import convert
from workers.formats.nifti import nifti
from workers.formats.nifti.header import parse
from workers.storage.pyramid import halve
from workers.storage.stored_array import open_array

SHAPE = (10, 14, 12)
CHUNKS = (4, 4, 4)
MICROMETRES = [(name, "space", "micrometer") for name in "zyx"]
FIVE = [("t", "time", "second"), ("c", "channel"), *MICROMETRES]


def counted(shape=SHAPE, dtype="u2"):
    """Each voxel has a value of its own."""
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def write(
    folder, levels, *, version=2, axes=MICROMETRES, scale=(3, 2, 1), chunks=(5, 4, 6), **more
):
    """An image of OME-Zarr with these levels, each a half of the one before."""
    zarr.open_group(folder, mode="w", zarr_format=version)
    datasets = []
    for n, data in enumerate(levels):
        sides = tuple(min(c, s) for c, s in zip(chunks, data.shape, strict=True))
        array = zarr.create_array(
            folder / str(n), shape=data.shape, dtype=data.dtype, chunks=sides, zarr_format=version
        )
        array[...] = data
        by = [f * 2**n if a[1] == "space" else f for f, a in zip(scale, axes, strict=True)]
        datasets.append(
            {"path": str(n), "coordinateTransformations": [{"type": "scale", "scale": by}]}
        )
    named = [dict(zip(("name", "type", "unit"), axis, strict=False)) for axis in axes]
    image = {"axes": named, "datasets": datasets, **more}
    record(folder, version, {"multiscales": [image]})
    return folder


def record(folder, version, told):
    if version == 2:
        (folder / ".zattrs").write_text(json.dumps(told))
        return
    whole = json.loads((folder / "zarr.json").read_text())
    whole["attributes"] = {"ome": {"version": "0.5", **told}}
    (folder / "zarr.json").write_text(json.dumps(whole))


def read(source, **options):
    """What the gate makes of it: values and source."""
    with open_volume.open_file(source, **options) as found:
        return found.read(), found


def refusal(source, **options):
    with pytest.raises(nifti.UnreadableFile) as caught:
        read(source, **options)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path):
    """Where the image goes."""
    return tmp_path / "scan.ome.zarr"


@pytest.fixture
def out(tmp_path):
    """The empty folder for the levels."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("dtype", ["u1", "i2", "<u4", ">u2", "f4", "f8"])
def test_its_axes_stay_in_their_order_and_the_affine_says_so(folder, version, dtype):
    write(folder, [counted(dtype=dtype)], version=version)

    data, found = read(folder)

    assert_array_equal(data, counted(dtype=dtype))
    assert data.dtype.isnative
    assert_allclose(
        found.affine, [[0, 0, -1e-3, 0], [0, -2e-3, 0, 0], [3e-3, 0, 0, 0], [0, 0, 0, 1]]
    )
    header = parse(found.header)
    assert_allclose(header.get_sform(), found.affine)
    assert_allclose(header.get_qform(), found.affine, atol=1e-7)
    assert tuple(header["dim"][1:4]) == SHAPE
    assert found.notes == (found.notes[0],)
    assert found.notes[0].startswith("OME-Zarr has no orientation: ")


def test_translations_and_the_images_own_scale_count(folder):
    steps = [
        {"type": "scale", "scale": [2, 2, 2]},
        {"type": "translation", "translation": [5, 0, 1]},
    ]
    write(folder, [counted()], coordinateTransformations=steps)

    affine = read(folder)[1].affine

    assert_allclose(
        affine, [[0, 0, -2e-3, -1e-3], [0, -4e-3, 0, 0], [6e-3, 0, 0, 5e-3], [0, 0, 0, 1]]
    )


def test_lengths_without_a_unit_are_taken_for_mm_and_this_is_said(folder):
    write(folder, [counted()], axes=[(name, "space") for name in "zyx"])

    _, found = read(folder)

    assert_allclose(np.linalg.norm(found.affine[:3, :3], axis=0), (3, 2, 1))
    assert "taken for mm" in found.notes[1]


def test_a_negative_scale_is_an_axis_that_runs_the_other_way(folder):
    steps = [{"type": "translation", "translation": [6, 0, 1]}]
    write(folder, [counted()], scale=(-3, 2, -1), coordinateTransformations=steps)

    _, found = read(folder)

    assert_allclose(
        found.affine, [[0, 0, 1e-3, -1e-3], [0, -2e-3, 0, 0], [-3e-3, 0, 0, 6e-3], [0, 0, 0, 1]]
    )
    assert len(found.notes) == 1
    assert not found.oriented


@pytest.mark.parametrize("unit", [None, "", 3])
def test_a_unit_that_is_missing_is_that_of_the_other_axes(folder, unit):
    axes = [(*axis[:2], unit) if axis[0] == "x" else axis for axis in MICROMETRES]
    write(folder, [counted()], axes=axes, scale=(-3, 2, 1))

    _, found = read(folder)

    assert_allclose(np.linalg.norm(found.affine[:3, :3], axis=0), (3e-3, 2e-3, 1e-3))
    assert found.notes[1] == "The file tells no unit along x: that of the other axes is taken."


def test_an_image_without_axes_has_those_of_the_first_versions(folder):
    write(folder, [counted((2, *SHAPE))], axes=FIVE[1:], scale=(1, 3, 2, 1), chunks=(1, 4, 4, 4))
    told = json.loads((folder / ".zattrs").read_text())
    del told["multiscales"][0]["axes"]
    record(folder, 2, told)

    data, found = read(folder, volume=1)

    assert_array_equal(data, counted((2, *SHAPE))[1])
    assert_allclose(np.linalg.norm(found.affine[:3, :3], axis=0), (3, 2, 1))


@pytest.mark.parametrize(("dtype", "held"), [("?", "u1"), ("f2", "f4")])
def test_masks_and_halves_are_read_in_a_type_that_nifti_has(folder, out, dtype, held):
    data = (counted() % 2).astype(dtype)
    write(folder, [data])

    found, source = read(folder)
    convert(folder, out, chunks=CHUNKS)

    assert_array_equal(found, data)
    assert found.dtype == source.dtype == np.dtype(held)
    assert_array_equal(open_array(out / "level-0")[:], data)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"bioformats2raw.layout": 3}, "open the folder 0 inside"),
        ({"plate": {}}, "such as A/1/0"),
        ({"well": {}}, "such as 0"),
        ({"labels": ["cells"]}, "open the folder cells inside"),
    ],
)
def test_a_folder_of_images_says_what_to_open(folder, told, said):
    zarr.open_group(folder, mode="w", zarr_format=2)
    record(folder, 2, told)

    assert said in refusal(folder)


def test_axes_in_another_order_are_placed_by_their_names(folder):
    write(folder, [counted()], axes=[(name, "space", "millimeter") for name in "xzy"])

    assert_allclose(
        read(folder)[1].affine, [[-3, 0, 0, 0], [0, 0, -1, 0], [0, 2, 0, 0], [0, 0, 0, 1]]
    )


@pytest.mark.parametrize("version", [2, 3])
def test_times_and_channels_make_volumes(folder, version):
    data = counted((2, 3, *SHAPE))
    write(folder, [data], version=version, axes=FIVE, scale=(1, 1, 3, 2, 1), chunks=(1, 2, 4, 4, 4))

    with pytest.raises(nifti.SeveralVolumes, match="holds 6"):
        read(folder)

    found, source = read(folder, volume=4)
    assert_array_equal(found, data[1, 1])
    assert "Volume 5 of 6." in source.notes


def test_a_single_time_and_channel_need_no_choice(folder, out):
    write(
        folder, [counted((1, 1, *SHAPE))], axes=FIVE, scale=(1, 1, 3, 2, 1), chunks=(1, 1, 4, 4, 4)
    )

    assert_array_equal(read(folder)[0], counted())
    convert(folder, out, chunks=CHUNKS)
    assert_array_equal(open_array(out / "level-0")[:], counted())


@pytest.mark.parametrize("version", [2, 3])
def test_levels_that_serve_are_used_where_they_lie(folder, out, version):
    fine = counted((130, 40, 20))
    write(folder, [fine, halve(fine, (2, 2, 2))], version=version, chunks=(30, 20, 16))

    found = convert(folder, out, chunks=CHUNKS)

    assert [level[1:] for level in found.levels] == [
        ((130, 40, 20), (1, 1, 1)), ((65, 20, 10), (2, 2, 2)),
    ]  # fmt: skip
    assert [level.path for level in found.levels] == [str(folder / "0"), str(folder / "1")]
    assert list(out.iterdir()) == []
    data, source = read(folder)
    volume = Volume(data, source.affine)
    assert (found.digest, found.window) == (volume.digest, volume.window)


def test_levels_that_are_missing_are_made_beside(folder, out):
    fine = counted((300, 20, 20))
    write(folder, [fine, halve(fine, (2, 2, 2))], chunks=(64, 20, 16), scale=(1, 1, 1))

    found = convert(folder, out, chunks=CHUNKS)

    assert [level.path for level in found.levels] == [
        str(folder / "0"), str(folder / "1"), "level-2",
    ]  # fmt: skip
    assert found.levels[2][1:] == ((75, 5, 5), (4, 4, 4))
    expected = halve(halve(fine, (2, 2, 2)), (2, 2, 2))
    assert_array_equal(open_array(out / "level-2")[:], expected)


@pytest.mark.parametrize(
    ("shape", "chunks", "dtype"),
    [((5, 290, 300), (2, 300, 300), "u2"), (SHAPE, (5, 4, 6), ">u2")],
    ids=["slices", "byte order"],
)
def test_an_image_whose_chunks_do_not_serve_is_turned(folder, out, shape, chunks, dtype):
    data = counted(shape, dtype)
    write(folder, [data], chunks=chunks)

    found = convert(folder, out, chunks=(4, 64, 64))

    assert found.levels[0].path == "level-0"
    assert_array_equal(open_array(out / "level-0")[:], data)
    assert open_array(out / "level-0").dtype.isnative


def test_a_coarser_level_of_another_size_is_made_anew(folder, out):
    fine = counted((301, 20, 20))
    write(folder, [fine, fine[::2, ::2, ::2][:150]], chunks=(64, 20, 16), scale=(1, 1, 1))

    found = convert(folder, out, chunks=CHUNKS)

    assert [level.path for level in found.levels] == [str(folder / "0"), "level-1", "level-2"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda image: image.update(axes=[{"name": "y"}, {"name": "x"}]), "the axes x, y and z"),
        (lambda image: image["axes"].append({"name": "t"}), "expected 4 axes"),
        (lambda image: image.update(datasets=[]), "damaged, or of a kind"),
        (lambda image: image["datasets"][0]["coordinateTransformations"][0].update(scale=[1, 1]),
         "a scale of 3 numbers; its is [1, 1]"),
        (lambda image: image["datasets"][0]["coordinateTransformations"][0].update(
            scale=[1, float("nan"), 1]), "voxel edges above 0"),
        (lambda image: image["datasets"][0].update(path="../other"), "leads out of it"),
        (lambda image: image["datasets"][0].update(path="9"), "cannot be read"),
        (lambda image: image["datasets"][0]["coordinateTransformations"][0].update(scale=[0, 1, 1]),
         "voxel edges above 0"),
        (lambda image: image["datasets"][0]["coordinateTransformations"][0].update(type="affine"),
         "a scale and a translation"),
    ],
)  # fmt: skip
def test_an_image_that_is_none_is_refused_in_a_sentence(folder, spoil, said):
    write(folder, [counted()])
    told = json.loads((folder / ".zattrs").read_text())
    spoil(told["multiscales"][0])
    record(folder, 2, told)

    assert refusal(folder).startswith("scan.ome.zarr: ")
    assert said in refusal(folder)


@pytest.mark.parametrize("name", [".zattrs", "0/.zarray"])
def test_damaged_records_are_said(folder, name):
    write(folder, [counted()])
    (folder / name).write_text("{")

    assert refusal(folder).startswith("scan.ome.zarr: the OME-Zarr is damaged")


def test_a_damaged_chunk_is_said(folder, out):
    write(folder, [counted()], chunks=(10, 14, 12))
    chunk = next(p for p in (folder / "0").rglob("*") if p.is_file() and p.name[0] not in ".z")
    chunk.write_bytes(chunk.read_bytes()[:30])

    assert refusal(folder).startswith("scan.ome.zarr: ")
    with pytest.raises(ValueError, match=r"scan\.ome\.zarr"):
        convert(folder, out, chunks=CHUNKS)


def test_a_zarr_that_is_no_image_is_refused(folder):
    zarr.open_group(folder, mode="w", zarr_format=2)

    assert "this zarr says of none" in refusal(folder)


def test_chunks_that_no_memory_holds_are_refused(folder):
    write(folder, [counted()])
    told = json.loads((folder / "0" / ".zarray").read_text())
    (folder / "0" / ".zarray").write_text(json.dumps(told | {"chunks": [2**20, 2**10, 2**10]}))

    assert "expected chunks of at most" in refusal(folder)


def test_more_voxels_than_allowed_are_refused(folder):
    write(folder, [counted()])

    assert "at most 100 voxels" in refusal(folder, max_voxels=100)


def test_a_folder_that_is_gone_is_said(folder):
    write(folder, [counted()])
    shutil.rmtree(folder)

    assert "cannot be read" in refusal(folder)
