from __future__ import annotations

import io
import os
import time
import zlib

import nibabel as nib
import numpy as np
import pytest
import tifffile
from numpy.testing import assert_allclose, assert_array_equal

from dashboard.volumes.memory_volume import Volume
from workers.formats import open_volume
from workers.formats.convert import convert
from workers.formats.nifti import nifti
from workers.storage.stored_array import open_array

SHAPE = (5, 7, 9)  # slices, rows, columns
CHUNKS = (4, 4, 2)


def stack(dtype="u2", shape=SHAPE):
    """Slices in which each voxel has a value of its own."""
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def read(source, **options):
    """What the gate makes of it: values and source."""
    with open_volume.open_file(source, **options) as found:
        return found.read(), found


def refusal(source, **options):
    with pytest.raises(nifti.UnreadableFile) as caught:
        read(source, **options)
    return str(caught.value)


def read_or_refused(path, **options):
    """Its voxels; None if it is refused in a sentence. Anything else fails the test."""
    try:
        return read(path, **options)[0]
    except nifti.UnreadableFile:
        return None


@pytest.fixture
def path(tmp_path):
    """Where the file goes."""
    return tmp_path / "scan.tif"


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f4"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bigtiff", [False, True])
def test_columns_are_i_rows_j_and_slices_k(path, dtype, order, bigtiff):
    tifffile.imwrite(path, stack(dtype), byteorder=order, bigtiff=bigtiff)

    data, found = read(path)

    assert_array_equal(data, stack(dtype).T)
    assert data.dtype == found.dtype == np.dtype(dtype)
    assert data.flags.c_contiguous


@pytest.mark.parametrize(
    ("dtype", "held"), [("i8", "i8"), ("u8", "u8"), ("f8", "f8"), ("f2", "f4"), ("?", "u1")]
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_what_numpy_saves_is_read_in_a_type_that_nifti_has(path, tmp_path, dtype, held, order):
    data = (stack() % 2).astype(dtype)
    tifffile.imwrite(path, data, byteorder=order, photometric="minisblack")
    (tmp_path / "out").mkdir()

    found, source = read(path)
    convert(path, tmp_path / "out", chunks=CHUNKS)

    assert_array_equal(found, data.T)
    assert found.dtype == source.dtype == np.dtype(held)
    again = nib.Nifti1Image.from_bytes(gunzip(nifti.encode_volume(found, source.header)))
    assert_array_equal(again.dataobj, data.T)
    assert_array_equal(open_array(tmp_path / "out" / "level-0")[:], data.T)


@pytest.mark.parametrize(
    "options",
    [
        {"metadata": None},
        {"imagej": True},
        {"ome": True},
        {"tile": (16, 16)},
        {"rowsperstrip": 2},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True},
        {"compression": "zlib", "tile": (16, 16), "bigtiff": True},
        {"photometric": "miniswhite"},
    ],
)
def test_a_stack_is_read_however_it_was_written(path, options):
    tifffile.imwrite(path, stack(), **options)

    data, _ = read(path)

    assert_array_equal(data, tifffile.imread(path).T)


def test_pages_written_one_by_one_are_slices(path):
    with tifffile.TiffWriter(path) as writer:
        for page in stack():
            writer.write(page, metadata=None)

    assert_array_equal(read(path)[0], stack().T)


def test_a_single_slice_is_a_volume_of_one(path):
    tifffile.imwrite(path, stack()[0])

    assert_array_equal(read(path)[0], stack()[0].T[:, :, None])


def test_bytes_are_read_as_a_file_is():
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, stack())

    data, found = read(buffer.getvalue())

    assert_array_equal(data, stack().T)
    assert found.files == ()


def test_it_lies_as_itk_has_it_and_its_header_says_so(path):
    tifffile.imwrite(
        path, stack(), imagej=True, resolution=(2, 4), metadata={"spacing": 3, "unit": "mm"}
    )

    data, found = read(path)

    assert_allclose(found.affine, np.diag([-0.5, -0.25, 3, 1]))
    again = nib.Nifti1Image.from_bytes(gunzip(nifti.encode_labels(data, found.header)))
    assert_allclose(again.affine, found.affine)
    assert found.notes[0].startswith("TIFF has no orientation: ")
    assert not found.oriented


def gunzip(content):
    return zlib.decompress(content, 31)


@pytest.mark.parametrize(
    ("options", "spacing", "notes"),
    [
        ({}, (1, 1, 1), 1),
        ({"resolution": (72, 72), "resolutionunit": "INCH"}, (1, 1, 1), 1),
        ({"resolution": (254, 508), "resolutionunit": "INCH"}, (0.1, 0.05, 0.1), 2),
        ({"resolution": (2, 4), "resolutionunit": "NONE"}, (0.5, 0.25, 0.5), 2),
        ({"resolution": (100, 50), "resolutionunit": "CENTIMETER"}, (0.1, 0.2, 0.1), 1),
        ({"imagej": True, "resolution": (0.5, 0.5),
          "metadata": {"unit": "um", "spacing": 5}}, (2e-3, 2e-3, 5e-3), 0),
        ({"imagej": True, "resolution": (0.5, 0.5),
          "metadata": {"unit": "\\u00B5m", "spacing": 5}}, (2e-3, 2e-3, 5e-3), 0),
        ({"imagej": True, "metadata": {"unit": "furlong"}}, (1, 1, 1), 1),
        ({"imagej": True, "resolution": (2, 2), "metadata": {"unit": "furlong", "spacing": 2}},
         (0.5, 0.5, 2), 1),
        ({"imagej": True, "resolution": (2, 2), "metadata": {"spacing": 2}}, (0.5, 0.5, 2), 1),
        ({"imagej": True, "resolution": (2, 2),
          "metadata": {"unit": "um", "yunit": "mm", "zunit": "nm", "spacing": -2000}},
         (5e-4, 0.5, 2e-3), 0),
        ({"imagej": True, "resolution": (2, 4), "resolutionunit": "CENTIMETER",
          "metadata": {"spacing": 0.5}}, (5, 2.5, 5), 0),
        ({"imagej": True, "resolution": (2, 2), "metadata": {"unit": "micron", "spacing": 0}},
         (5e-4, 5e-4, 5e-4), 1),
        ({"ome": True, "metadata": {"axes": "ZYX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.6,
          "PhysicalSizeZ": 2}}, (5e-4, 6e-4, 2e-3), 0),
        ({"ome": True, "metadata": {"axes": "ZYX", "PhysicalSizeX": 3, "PhysicalSizeXUnit": "nm",
          "PhysicalSizeY": 4, "PhysicalSizeYUnit": "nm", "PhysicalSizeZ": 5,
          "PhysicalSizeZUnit": "mm"}}, (3e-6, 4e-6, 5), 0),
        ({"ome": True, "metadata": {"axes": "ZYX", "PhysicalSizeX": -1}}, (1e-3, 1e-3, 1e-3), 2),
        ({"ome": True, "metadata": {"axes": "ZYX", "PhysicalSizeX": 0.5, "PhysicalSizeXUnit": "nm",
          "PhysicalSizeY": 0.5, "PhysicalSizeZ": 2}}, (5e-7, 5e-7, 2e-6), 1),
        ({"ome": True, "resolution": (100, 100), "resolutionunit": "CENTIMETER",
          "metadata": {"axes": "ZYX"}}, (0.1, 0.1, 0.1), 1),
    ],
)  # fmt: skip
def test_voxel_edges_are_those_that_the_file_tells(path, options, spacing, notes):
    tifffile.imwrite(path, stack(), **options)

    _, found = read(path)

    assert_allclose(np.linalg.norm(found.affine[:3, :3], axis=0), spacing)
    assert len(found.notes) == 1 + notes


@pytest.mark.parametrize(("axes", "shape"), [("TZYX", (3, 5, 7, 9)), ("ZCYX", (5, 3, 7, 9))])
@pytest.mark.parametrize("kind", ["imagej", "ome"])
def test_one_of_several_volumes_is_chosen(path, axes, shape, kind):
    data = stack(shape=shape)
    tifffile.imwrite(path, data, **{kind: True}, metadata={"axes": axes})

    with pytest.raises(nifti.SeveralVolumes, match="holds 3") as several:
        read(path)
    found, source = read(path, volume=1)

    assert several.value.count == 3
    assert_array_equal(found, np.moveaxis(data, axes.index("Z"), -3)[1].T)
    assert "Volume 2 of 3." in source.notes
    assert "volumes, 1 to 3; there is no number 4" in refusal(path, volume=3)


def test_times_and_channels_make_volumes_together(path):
    data = stack(shape=(2, 5, 3, 7, 9))
    tifffile.imwrite(path, data, imagej=True, metadata={"axes": "TZCYX"})

    assert_array_equal(read(path, volume=4)[0], data[1, :, 1].T)


@pytest.mark.parametrize(
    ("shape", "count"), [((4, 5, 7, 9), 4), ((2, 3, 5, 7, 9), 6), ((1, 5, 7, 9), 1)]
)
def test_without_names_the_axis_before_rows_and_columns_is_that_of_the_slices(path, shape, count):
    data = stack(shape=shape)
    tifffile.imwrite(path, data, photometric="minisblack")

    found, _ = read(path, volume=count - 1)

    assert_array_equal(found, data.reshape(count, 5, 7, 9)[-1].T)
    assert f"1 to {count};" in refusal(path, volume=count)


def test_an_only_axis_is_taken_for_the_slices_whatever_it_is_called(path):
    tifffile.imwrite(path, stack(), ome=True, metadata={"axes": "TYX"})

    assert_array_equal(read(path)[0], stack().T)


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        (stack("u1", (4, 5, 6, 3)), {"photometric": "rgb"}, "expected grey slices"),
        (stack("u2", (5, 7, 3)), {"photometric": "rgb"}, "3 values a voxel"),
        (stack("c8"), {}, "voxels are complex64"),
    ],
)
def test_other_kinds_of_voxels_are_refused(path, data, options, said):
    tifffile.imwrite(path, data, **options)

    assert refusal(path).startswith("scan.tif: expected ")
    assert said in refusal(path)


def test_a_compression_that_cannot_be_read_is_named(path):
    tifffile.imwrite(path, stack())
    content = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        tag = file.pages[0].tags["Compression"]
    content[tag.valueoffset] = 5
    path.write_bytes(content)

    assert "these are by LZW" in refusal(path)


def test_more_voxels_than_allowed_are_refused_before_they_are_read(path):
    tifffile.imwrite(path, stack())

    assert "expected at most 314 voxels; its header says (9, 7, 5)" in refusal(path, max_voxels=314)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"imagej": True},
        {"metadata": None},
        {"ome": True},
        {"compression": "zlib"},
        {"tile": (16, 16)},
        {"bigtiff": True},
    ],
)
def test_a_cut_file_is_refused_wherever_it_is_cut(path, options):
    noise = np.random.default_rng(0).integers(0, 60000, SHAPE).astype("u2")
    tifffile.imwrite(path, noise, **options)
    whole = path.read_bytes()
    data, _ = read(path)

    for end in [*range(8, len(whole), 41), len(whole) - 1]:
        path.write_bytes(whole[:end])
        again = read_or_refused(path)
        assert again is None or np.array_equal(again, data)


def test_pages_written_one_by_one_and_cut_are_refused(path):
    with tifffile.TiffWriter(path) as writer:
        for page in stack():
            writer.write(page, metadata=None, contiguous=False)
    whole = path.read_bytes()

    for end in [*range(8, len(whole), 41), len(whole) - 1]:
        path.write_bytes(whole[:end])
        again = read_or_refused(path)
        assert again is None or np.array_equal(again, stack().T)


def test_damage_is_a_sentence_or_other_voxels_and_never_a_crash(path):
    tifffile.imwrite(path, stack(), compression="zlib", metadata=None)
    whole, rng = path.read_bytes(), np.random.default_rng(0)

    for _ in range(300):
        content = bytearray(whole)
        for place in rng.integers(4, len(whole), 3):
            content[place] = rng.integers(256)
        path.write_bytes(content)
        read_or_refused(path, max_voxels=10_000)


def test_a_slice_that_inflates_beyond_its_size_is_refused(path):
    slices = np.zeros((2000, 2000), "u1")
    tifffile.imwrite(path, slices, compression="zlib", metadata=None, rowsperstrip=2000)
    with tifffile.TiffFile(path) as file:
        counts = file.pages[0].tags["StripByteCounts"]
        offsets = file.pages[0].tags["StripOffsets"]
    bomb = zlib.compress(bytes(2**29), 9)
    content = bytearray(path.read_bytes()) + bomb
    assert counts.count == 1
    content[offsets.valueoffset : offsets.valueoffset + 4] = (len(content) - len(bomb)).to_bytes(
        4, "little"
    )
    content[counts.valueoffset : counts.valueoffset + 4] = len(bomb).to_bytes(4, "little")
    path.write_bytes(content)

    assert "longer than its header says" in refusal(path)


def in_strips(path, compression, part, count):
    """A file of one slice in many strips, each of which is made to be the same `part`."""
    tifffile.imwrite(path, np.zeros((count, 64), "u1"), rowsperstrip=1, metadata=None)
    content = bytearray(path.read_bytes())
    names = ("StripOffsets", "StripByteCounts", "Compression")
    with tifffile.TiffFile(path) as file:
        tags = [file.pages[0].tags[name] for name in names]
    for tag, value in zip(tags, (len(content), len(part), compression), strict=True):
        values = np.full(tag.count, value, "u4")
        size = tag.dtype.value  # 3: of 16 bits, 4: of 32
        kept = values.astype("<u2" if size == 3 else "<u4").tobytes()
        content[tag.valueoffset : tag.valueoffset + len(kept)] = kept
    path.write_bytes(content + part)


@pytest.mark.parametrize(
    ("compression", "part"),
    [(8, zlib.compress(bytes(2**24), 9)), (32773, b"\x81\0" * 2**14)],
    ids=["zlib", "packbits"],
)
def test_strips_that_share_one_bomb_are_refused_soon(path, compression, part):
    in_strips(path, compression, part, 2000)
    began = time.process_time()

    assert "longer than its header says" in refusal(path)
    assert time.process_time() - began < 5


# A folder of slices


@pytest.fixture
def folder(tmp_path):
    """A folder of slices, numbered without zeros before, beside what people keep there."""
    folder = tmp_path / "slices"
    folder.mkdir()
    for n, page in enumerate(stack(shape=(12, 7, 9))):
        tifffile.imwrite(folder / f"cut_{n}.TIF", page)
    (folder / "notes.txt").write_text("")
    (folder / ".hidden.tif").write_text("")
    return folder


def test_a_folder_of_slices_is_read_by_their_numbers(folder):
    data, found = read(folder)

    assert_array_equal(data, stack(shape=(12, 7, 9)).T)
    assert len(found.files) == 12


@pytest.mark.parametrize(
    ("slices", "said"),
    [
        (stack()[0, :5, :7], "cut_3.TIF has (5, 7)"),
        (stack("u1", (7, 9)), "cut_3.TIF has (7, 9) uint8"),
        (stack(shape=(2, 7, 9)), "cut_3.TIF holds more"),
        (stack("f8", (7, 9)), "cut_3.TIF has (7, 9) float64"),
    ],
)
def test_a_slice_that_is_unlike_the_others_is_named(folder, slices, said):
    tifffile.imwrite(folder / "cut_3.TIF", slices)

    assert said in refusal(folder)


def test_slices_that_are_missing_are_said(folder):
    for n in (3, 4):
        (folder / f"cut_{n}.TIF").unlink()

    data, found = read(folder)

    assert data.shape == (9, 7, 10)
    assert any("3, 4 are missing" in note for note in found.notes)


def test_two_numbers_in_the_names_make_volumes(folder):
    for n, page in enumerate(stack(shape=(12, 7, 9))):
        tifffile.imwrite(folder / f"second_{n}.TIF", page + 1)

    with pytest.raises(nifti.SeveralVolumes, match="holds 2"):
        read(folder)
    data, found = read(folder, volume=1)

    assert_array_equal(data, stack(shape=(12, 7, 9)).T + 1)
    assert len(found.files) == 12
    assert "Volume 2 of 2." in found.notes


def test_a_link_among_the_slices_leads_nowhere_out_of_the_folder_allowed(folder, tmp_path):
    (folder / "cut_11.TIF").rename(tmp_path / "annexed")
    (folder / "cut_11.TIF").symlink_to(tmp_path / "annexed")

    assert refusal(folder, within=folder) == (
        "slices: expected files inside the folder that may be opened; cut_11.TIF leads out of it."
    )
    for within in (tmp_path, None):  # that of a page; the user's own on a command line
        assert_array_equal(read(folder, within=within)[0], stack(shape=(12, 7, 9)).T)


def test_a_pipe_among_the_slices_is_not_waited_for(folder):
    os.mkfifo(folder / "cut_12.tif")

    assert refusal(folder) == "slices: expected a file; cut_12.tif is a pipe or a socket."


@pytest.mark.parametrize("beside", ["NDTiff.index", "scan_MMStack_2.tif"])
def test_a_file_of_micro_manager_opens_none_beside_it(tmp_path, beside, monkeypatch):
    path = tmp_path / "scan_MMStack_1.tif"
    tifffile.imwrite(path, stack(), metadata=None)
    (tmp_path / beside).write_bytes(b"secret")
    told = {"MajorVersion": 2 if beside == "NDTiff.index" else 0, "IndexMap": np.ones((9, 5), int)}
    told["Summary"] = {"MicroManagerVersion": "2", "Frames": 9, "Slices": 9, "Prefix": "scan"}
    monkeypatch.setattr(tifffile.TiffFile, "micromanager_metadata", told)
    seen, real = [], io.open
    monkeypatch.setattr(io, "open", lambda file, *how, **more: seen.append(file) or
                        real(file, *how, **more))  # fmt: skip
    monkeypatch.setattr("builtins.open", io.open)

    read_or_refused(path)

    assert not [file for file in seen if beside in str(file)]


@pytest.mark.parametrize("define", ['<!DOCTYPE x [<!ENTITY a "b">]>', '<!DOCTYPE x SYSTEM "y">'])
def test_a_description_that_defines_something_is_refused(path, define):
    xml = f'<?xml version="1.0"?>{define}<OME xmlns="http://www.openmicroscopy.org/x"></OME>'
    tifffile.imwrite(path, stack(), description=xml, metadata=None)

    assert "defines nothing of its own" in refusal(path)


def test_a_folder_without_slices_is_refused(tmp_path):
    assert "it holds none" in refusal(tmp_path)


def test_a_file_that_names_others_reads_none_of_them(tmp_path, path):
    other = tmp_path / "secret.tif"
    tifffile.imwrite(other, stack(), ome=True)
    with tifffile.TiffFile(other) as file:
        xml = file.ome_metadata
    uuid = '<TiffData IFD="0" PlaneCount="5"><UUID FileName="secret.tif">x</UUID></TiffData>'
    xml = xml.replace('<TiffData IFD="0" PlaneCount="5"/>', uuid)
    assert "secret.tif" in xml
    tifffile.imwrite(path, stack()[:1] * 0, description=xml.encode(), metadata=None)

    data = read_or_refused(path)
    assert data is None or not data.any()


# OME-XML of other writers

OME = '{head}<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">{images}</OME>'
IMAGE = (
    '<Image ID="Image:{n}"><Pixels ID="Pixels:{n}" DimensionOrder="XYZCT" Type="uint16" '
    'SizeX="{x}" SizeY="7" SizeZ="{z}" SizeC="1" SizeT="1" PhysicalSizeX=\'{size}\' '
    'PhysicalSizeXUnit = "&#181;m">'
    '<Channel ID="Channel:{n}:0" SamplesPerPixel="1"/>{tiff}</Pixels></Image>'
)


def write_pages(path, pages, xml):
    with tifffile.TiffWriter(path) as writer:
        for n, page in enumerate(pages):
            text = xml.encode() if n == 0 else None
            writer.write(page, description=text, metadata=None, contiguous=False)


def test_the_size_is_that_of_the_image_that_is_read(path):
    """The first image lies in another file, so that tifffile leaves it out."""
    elsewhere = IMAGE.format(n=0, x=90, z=50, size=9, tiff="")
    here = IMAGE.format(n=1, x=9, z=5, size=0.5, tiff='<TiffData IFD="0" PlaneCount="5"/>')
    write_pages(path, stack(), OME.format(head="", images=elsewhere + here))

    data, found = read(path)

    assert_array_equal(data, stack().T)
    assert_allclose(abs(np.diag(found.affine))[:3], 5e-4)


def test_a_document_type_is_refused_before_anybody_reads_on(path):
    bomb = '<!DOCTYPE OME [<!ENTITY a "' + "ha" * 1000 + '">]>'
    image = IMAGE.format(n=0, x=9, z=5, size="0.5", tiff="<TiffData/>")
    write_pages(path, stack(), OME.format(head=bomb, images=image))

    assert "DOCTYPE" in refusal(path)


# On disk


@pytest.mark.parametrize("most", [2**28, 1])
@pytest.mark.parametrize("options", [{}, {"compression": "zlib", "byteorder": ">"}])
def test_a_stack_is_turned_into_what_is_read(path, tmp_path, options, most):
    tifffile.imwrite(path, stack(), **options)
    (tmp_path / "out").mkdir()

    found = convert(path, tmp_path / "out", chunks=CHUNKS, max_memory=most)

    data, source = read(path)
    assert_array_equal(open_array(tmp_path / "out" / "level-0")[:], data)
    assert found.digest == Volume(data, source.affine).digest
    assert (found.header, found.notes) == (source.header, source.notes)


def test_a_folder_is_turned_into_what_is_read(folder, tmp_path):
    (tmp_path / "out").mkdir()

    convert(folder, tmp_path / "out", chunks=CHUNKS)

    assert_array_equal(open_array(tmp_path / "out" / "level-0")[:], read(folder)[0])
