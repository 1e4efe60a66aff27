"""A file's qform and sform: how they differ, and how one of them is made to count alone."""

from __future__ import annotations

import nibabel as nib
import numpy as np

_MIRRORED = ("left to right", "front to back", "head to foot")
_TURN = 0.5  # degrees; less is not worth a word
_SHIFT = 0.05  # mm
_STRETCH = 0.01
_SHEAR = 1e-4  # cosine between two edges; ITK takes no sform beyond
_EXACT = 0.01  # voxel edges, within which a qform says what a sform says
_SCANNER = 1
_SPACES = {
    _SCANNER: "the scanner", 2: "another image", 3: "Talairach's atlas", 4: "the MNI template",
    5: "another template",
}  # fmt: skip


def apart(one: np.ndarray, other: np.ndarray, shape: tuple[int, int, int]) -> float:
    """Return the largest distance in mm between where two affines put a corner voxel."""
    ends = np.array(np.meshgrid(*([0, n - 1] for n in shape), [1])).reshape(4, -1)
    return float(np.linalg.norm(((one - other) @ ends)[:3], axis=0).max())


def difference(qform: np.ndarray, sform: np.ndarray, shape: tuple[int, int, int]) -> str:
    """Return in one sentence where the qform has the volume, seen from where the sform has it.

    Parameters
    ----------
    qform, sform : (4, 4) ndarray
        Voxel to RAS+ mm; both can be inverted.
    shape : tuple of int
        (I, J, K).
    """
    said = [
        *_mirror_and_turn(_directions(qform) @ _directions(sform).T),
        *_shift((qform - sform) @ [*(np.array(shape) - 1) / 2, 1]),
        *_stretch(qform, sform),
        *(["not sheared"] if is_sheared(sform) else []),
    ]
    far = f"corners lie up to {_number(apart(qform, sform, shape))} mm apart"
    words = f"{', '.join(said[:-1])} and {said[-1]}" if said[1:] else "".join(said)
    return f"Against the sform, the qform has the volume {words}; {far}." if said else f"The {far}."


def spaces(header: nib.Nifti1Header) -> str:
    """Return in one sentence to which space each form leads, by its code."""
    names = {form: int(header[f"{form}_code"]) for form in ("qform", "sform")}
    words = {form: _SPACES.get(code, f"code {code}") for form, code in names.items()}
    if names["qform"] == names["sform"]:
        return f"Both lead to {words['qform']}."
    return f"The qform leads to {words['qform']}, the sform to {words['sform']}."


def takers(header: nib.Nifti1Header, sform: np.ndarray) -> str:
    """Return in one sentence what others take of a file whose forms differ.

    ITK takes the sform only if it says scanner (code 1) and is not sheared; ITK 5.4 was asked
    for each pair of codes.
    """
    by_sform = int(header["sform_code"]) == _SCANNER and not is_sheared(sform)
    if by_sform:
        return "nibabel and ITK (ITK-SNAP, 3D Slicer) take the sform."
    return "nibabel takes the sform, ITK (ITK-SNAP, 3D Slicer) the qform."


def settle(
    header: nib.Nifti1Header, form: str, affine: np.ndarray, shape: tuple[int, int, int]
) -> nib.Nifti1Header:
    """Return a copy of a header in which both forms say what one of them says.

    The fields of the form that counts keep their bits, and both get its code, which names the
    space that it leads to. A sform that is sheared has no equal qform: then the qform's code is
    0, so that a program that takes no sheared sform refuses the file and guesses nothing.

    Parameters
    ----------
    header : nibabel header
    form : {"qform", "sform"}
        Which counts.
    affine : (4, 4) ndarray
        What it says.
    shape : tuple of int
        (I, J, K).
    """
    settled, code = header.copy(), int(header[f"{form}_code"])
    if form == "qform":
        settled.set_sform(affine, 1)
        settled["sform_code"] = code
        return settled
    settled.set_qform(affine, 1, strip_shears=True)
    same = apart(settled.get_qform(), affine, shape) <= _EXACT * _edges(affine).min()
    settled["qform_code"] = code if same else 0
    return settled


def is_sheared(affine: np.ndarray) -> bool:
    """Tell whether two voxel edges do not stand upright on each other."""
    upright = affine[:3, :3] / _edges(affine)
    return bool(abs(upright.T @ upright - np.eye(3)).max() > _SHEAR)


def _edges(affine):
    return np.linalg.norm(affine[:3, :3], axis=0)


def _directions(affine):
    """Return the nearest rotation, mirrored or not, of the voxel edges."""
    left, _, right = np.linalg.svd(affine[:3, :3] / _edges(affine))
    return left @ right


def _mirror_and_turn(change):
    """Part an orthogonal matrix into a mirror along a world axis and the smallest turn left."""
    said, turn = [], change
    if np.linalg.det(change) < 0:
        mirrors = [change @ np.diag(1.0 - 2.0 * (np.arange(3) == axis)) for axis in range(3)]
        axis = int(np.argmax([np.trace(mirror) for mirror in mirrors]))
        said, turn = [f"mirrored {_MIRRORED[axis]}"], mirrors[axis]
    degrees = np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))
    return [*said, f"turned by {_number(degrees)}°"] if degrees > _TURN else said


def _shift(middle):
    length = np.linalg.norm(middle[:3])
    return [f"shifted by {_number(length)} mm"] if length > _SHIFT else []


def _stretch(qform, sform):
    of_q, of_s = _edges(qform), _edges(sform)
    if (abs(of_q / of_s - 1) <= _STRETCH).all():
        return []
    edges = (" × ".join(_number(edge) for edge in each) for each in (of_q, of_s))
    return ["with voxels of {} instead of {} mm".format(*edges)]


def _number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
