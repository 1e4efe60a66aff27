"""Volumes that lie in each way in which a NIfTI file can place them, as three peers see them.

The affine of a case is computed here from its axis order, tilt and spacing, and never read back
from a header, so that it can judge all who read one.
"""

from __future__ import annotations

import gzip
import itertools
import random
import re
import subprocess
from typing import NamedTuple

import nibabel as nib
import numpy as np
import SimpleITK
from nibabel.quaternions import mat2quat

ORDERS = [
    (axes, signs)
    for axes in itertools.permutations(range(3))
    for signs in itertools.product((1, -1), repeat=3)
]
TILTS = (0.0, 17.0, 44.9)
FORMS = ("q", "s", "both", "differ", "none", "sheared")
DTYPES = ("u1", "i2", "u2", "i4", "f4")
BYTE_ORDERS = ("<", ">")
ENDINGS = (".nii", ".nii.gz", ".hdr")
LEVELS = (ORDERS, TILTS, FORMS, DTYPES, BYTE_ORDERS, ENDINGS)
SHAPE = (5, 4, 3)
SPACING = (0.9, 1.3, 2.6)
MIDDLE = (-31.25, 12.5, 107.75)
PLACES = 100


class Case(NamedTuple):
    """One combination of the levels; `number` seeds what else may vary."""

    order: tuple
    tilt: float
    forms: str
    dtype: str
    byte_order: str
    ending: str
    number: int


def cases(count, seed=0):
    """`count` of all cases, each level of each factor among them."""
    every = [Case(*levels, n) for n, levels in enumerate(itertools.product(*LEVELS))]
    chosen = every if count >= len(every) else random.Random(seed).sample(every, count)
    for column, levels in zip(zip(*chosen, strict=True), LEVELS, strict=False):
        assert set(column) == set(levels)
    return chosen


def turned(degrees, axis=(1, 2, 3)):
    """The matrix that turns the world about a skew axis."""
    axis = np.array(axis) / np.linalg.norm(axis)
    cross = np.cross(np.eye(3), axis)
    angle = np.radians(degrees)
    return (
        np.eye(3) * np.cos(angle)
        + np.sin(angle) * cross.T
        + (1 - np.cos(angle)) * np.outer(axis, axis)
    )


def around_middle(linear):
    """The affine of a linear map that puts the middle of the volume at MIDDLE."""
    affine = np.eye(4)
    affine[:3, :3] = linear
    affine[:3, 3] = MIDDLE - linear @ ((np.array(SHAPE) - 1) / 2)
    return affine


def affine_of(case):
    """Where the case's volume lies: voxel to RAS+ mm."""
    axes, signs = case.order
    return around_middle(turned(case.tilt) @ np.eye(3)[:, axes] * signs * SPACING)


def other_of(case, affine):
    """Another place: mirrored, turned, or moved by two voxels."""
    moved = affine.copy()
    moved[:3, 3] += (5.2, 0, -2.6)
    others = (
        np.diag([-1.0, 1, 1, 1]) @ affine,
        around_middle(turned(5, (0, 0, 1)) @ affine[:3, :3]),
        moved,
    )
    return others[case.number % 3]


def sheared(affine):
    """The affine with its J edge leaning towards I, and K towards J."""
    return around_middle(affine[:3, :3] @ [[1, 0.3, 0], [0, 1, 0.1], [0, 0, 1]])


def forms_of(case):
    """What the header's qform and sform say, None for one that has no code."""
    affine = affine_of(case)
    other = other_of(case, affine)
    return {
        "q": (affine, None),
        "s": (None, affine),
        "both": (affine, affine),
        "differ": (other, affine),
        "none": (None, None),
        "sheared": ((None, affine)[case.number % 2], sheared(affine)),
    }[case.forms]


def write(case, folder, units=2):
    """Write the case's volume; returns the path to open, and the voxels as they are stored."""
    rng = np.random.default_rng(case.number)
    data = rng.integers(0, 200, SHAPE).astype(np.dtype(case.dtype).newbyteorder(case.byte_order))
    header = header_of(case, rng)
    header["xyzt_units"] = units
    header.set_data_dtype(data.dtype)
    header.set_data_shape(SHAPE)
    paired = case.ending == ".hdr"
    header["magic"], header["vox_offset"] = (b"ni1", 0) if paired else (b"n+1", 352)
    voxels = data.tobytes(order="F")
    path = folder / f"volume{case.number}{case.ending}"
    start = header.binaryblock + bytes(4)
    if paired:
        path.with_suffix(".img").write_bytes(voxels)
        path.write_bytes(start)
    else:
        whole = start + voxels
        path.write_bytes(gzip.compress(whole, 1) if case.ending.endswith("gz") else whole)
    return path, data


def header_of(case, rng):
    """The header, its form fields set one by one."""
    qform, sform = forms_of(case)
    header = nib.Nifti1Header(endianness=case.byte_order)
    header["pixdim"][1:4] = SPACING
    if qform is not None:
        set_qform(header, qform)
        header["qform_code"] = rng.integers(1, 5)
    if sform is not None:
        header["srow_x"], header["srow_y"], header["srow_z"] = sform[:3]
        header["sform_code"] = rng.integers(1, 5)
    return header


def set_qform(header, affine):
    """NIfTI's method 2: a proper rotation, and a mirrored K edge where there is none."""
    rotation = affine[:3, :3] / SPACING
    handedness = np.sign(np.linalg.det(rotation))
    header["pixdim"][0] = handedness
    quaternion = mat2quat(rotation * [1, 1, handedness])
    header["quatern_b"], header["quatern_c"], header["quatern_d"] = quaternion[1:]
    header["qoffset_x"], header["qoffset_y"], header["qoffset_z"] = affine[:3, 3]


def places(case):
    """Points in and around the volume, in voxels: (100, 4), the last 1."""
    rng = np.random.default_rng(case.number + 1)
    return np.column_stack((rng.uniform(-1, 6, (PLACES, 3)), np.ones(PLACES)))


def seen_by_nibabel(path):
    """Affine and voxels."""
    image = nib.load(path)
    assert image.dataobj.slope == 1
    assert image.dataobj.inter == 0
    return image.affine, np.asanyarray(image.dataobj)


def seen_by_itk(path):
    """Affine in RAS+ and voxels; None if it refuses to place the volume."""
    try:
        image = SimpleITK.ReadImage(path)
    except RuntimeError as refused:
        assert "orthonormal direction cosines" in str(refused)  # noqa: PT017 - and None otherwise
        return None
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return np.diag([-1, -1, 1, 1]) @ affine, SimpleITK.GetArrayFromImage(image).T


def seen_by_nifti_tool(paths):
    """Of many files at once their affines: the sform's if it has a code, else the qform's."""
    fields = ("sform_code", "qto_xyz", "sto_xyz")
    asked = [part for field in fields for part in ("-field", field)]
    run = subprocess.run(
        ["nifti_tool", "-disp_nim", *asked, "-infiles", *paths],
        capture_output=True,
        text=True,
        check=True,
    )
    found = [
        np.array([float(number) for number in line.split()[3:]])
        for line in run.stdout.splitlines()
        if re.match(rf"\s+({'|'.join(fields)})\s", line)
    ]
    assert len(found) == len(fields) * len(paths)
    return [
        found[n + 2 if found[n][0] > 0 else n + 1].reshape(4, 4) for n in range(0, len(found), 3)
    ]


def voxels_by_nifti_tool(paths):
    """Of many files at once the values."""
    run = subprocess.run(
        ["nifti_tool", "-quiet", "-disp_ci", *("-1",) * 7, "-infiles", *paths],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = run.stdout.splitlines()
    assert len(lines) == len(paths)
    return [np.array(line.split(), float).reshape(SHAPE, order="F") for line in lines]
