"""Where a NIfTI file's voxels lie in the world."""

from __future__ import annotations

from typing import NamedTuple

import nibabel as nib
import numpy as np

from workers.formats.nifti.forms import apart, difference, is_sheared, settle, spaces, takers
from workers.formats.units import unit_mm
from workers.storage.unreadable import FormsDiffer, UnreadableFile

FORMS = ("qform", "sform")
"""The two places that a header can give: the scanner's by quaternion, and any other."""

_CORNER_TOLERANCE = 0.1  # voxel edges: quaternions in float32 move a far corner by about 0.001
_EDGE_TOLERANCE = 0.01
_FLAT = 1e-4  # volume of the cell whose edges are the axes' directions
_UNITS = {1: ("m", "metres"), 3: ("um", "micrometres")}


class Place(NamedTuple):
    """Where a volume lies.

    Attributes
    ----------
    affine : (4, 4) ndarray of float64
        Voxel to RAS+ mm, whatever the header's unit is.
    notes : tuple of str
        What the user should know of how it was found.
    settled : nibabel header or None
        Where only one of two forms counts: the header with both made to say what it says, in the
        header's own unit.
    """

    affine: np.ndarray
    notes: tuple[str, ...] = ()
    settled: nib.Nifti1Header | None = None


@np.errstate(all="ignore")
def place(header: nib.Nifti1Header, shape: tuple[int, int, int], form: str | None = None) -> Place:
    """Return where a volume lies, by nibabel's rule wherever the header is of one mind.

    The sform if it has a code, else the qform if it has one, else nibabel's fallback: the voxel
    edges, the middle of the volume at 0, and I running to the left. Of two forms of which one
    is no usable affine the other counts, with a note.

    Parameters
    ----------
    header : nibabel header
        With positive voxel edges, as `workers.formats.nifti.header.parse` returns it.
    shape : tuple of int
        (I, J, K).
    form : {"qform", "sform"}, optional
        Which one counts if they differ; it has no say elsewhere.

    Raises
    ------
    FormsDiffer
        If both are usable, put a corner more than a tenth of a voxel apart, and `form` is None.
    UnreadableFile
        If no affine is finite and can be inverted, or a code is negative.
    """
    _check(header)
    coded = [name for name in FORMS if int(header[f"{name}_code"])]
    usable = {name: affine for name in coded if (affine := _usable(header, name)) is not None}
    if not coded:
        found = _without(header)
    elif not usable:
        raise UnreadableFile(_unusable(coded))
    elif len(usable) == 2:
        found = _of_both(header, shape, form, usable)
    elif len(coded) == 2:
        found = _of_the_usable(header, shape, *usable.items())
    else:
        (only,) = usable.values()
        found = Place(only, _alone_notes(header, only))
    return found._replace(
        affine=_in_mm(header, found.affine), notes=(*found.notes, *_unit_notes(header))
    )


def _check(header):
    edges = header["pixdim"][1:4].astype(float)
    if not (np.isfinite(edges).all() and edges.min() > 0):
        raise UnreadableFile(f"expected voxel edges above 0; its header says {edges.tolist()}.")
    for name in FORMS:
        if header[f"{name}_code"] < 0:
            raise UnreadableFile(
                f"expected a {name}_code from 0; its header says {int(header[f'{name}_code'])}."
            )


def _usable(header, form):
    """Return what a form says, None if that is not finite or flattens the volume."""
    try:
        affine = header.get_qform() if form == "qform" else header.get_sform()
    except ValueError:  # a quaternion that is none
        return None
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    sane = np.isfinite(affine).all() and np.isfinite(lengths).all() and lengths.min() > 0
    if not sane or abs(np.linalg.det(affine[:3, :3] / lengths)) < _FLAT:
        return None
    return np.asarray(affine, np.float64)


def _unusable(coded):
    if coded == ["qform"]:
        return "expected a valid orientation; its quaternion (qform) is none."
    return "expected an affine that is finite and can be inverted; its is not."


def _without(header):
    note = "The file has no orientation code: left and right are a guess."
    return Place(np.asarray(header.get_base_affine(), np.float64), (note,))


def _of_both(header, shape, form, affines):
    qform, sform = affines["qform"], affines["sform"]
    tolerance = _CORNER_TOLERANCE * np.linalg.norm(sform[:3, :3], axis=0).min()
    if apart(qform, sform, shape) <= tolerance:
        return Place(sform)
    if form is None:
        affines = {name: _in_mm(header, affine) for name, affine in affines.items()}
        said = difference(*affines.values(), shape), spaces(header), takers(header, sform)
        sentence = "its qform and sform place it differently: choose one."
        raise FormsDiffer(sentence, " ".join(said), affines)
    other = FORMS[form == "qform"]
    note = f"Its {form} places it, as chosen; its {other}, which differs, does not count."
    return _by(form, header, affines[form], shape, note)


def _of_the_usable(header, shape, found):
    form, affine = found
    note = f"Its {form} places it: its {FORMS[form == 'qform']} is no affine that can be inverted."
    return _by(form, header, affine, shape, note)


def _by(form, header, affine, shape, note):
    settled = settle(header, form, affine, shape)
    return Place(affine, (note, *_alone_notes(settled, affine)), settled)


def _alone_notes(header, affine):
    """Tell what ITK sees otherwise of a sform alone: it has no shear, and takes other edges."""
    edges = header["pixdim"][1:4].astype(float)
    if is_sheared(affine):
        return ("Its sform is sheared: ITK-SNAP and 3D Slicer refuse it, and labels that lie so.",)
    if not np.allclose(np.linalg.norm(affine[:3, :3], axis=0), edges, _EDGE_TOLERANCE, 0):
        return ("Its voxel edges (pixdim) are not those of its sform, which is used.",)
    return ()


def _in_mm(header, affine):
    """Return an affine in mm; the very same where the header gives lengths in mm, or no unit."""
    if (unit := _unit(header)) is None:
        return affine
    scaled = affine.copy()
    scaled[:3] *= unit_mm(unit[0])
    return scaled


def _unit(header):
    return _UNITS.get(int(header["xyzt_units"]) & 7)


def _unit_notes(header):
    if (unit := _unit(header)) is None:
        return ()
    said = "here they are in mm, and in its own unit in what is downloaded."
    return (f"The file gives lengths in {unit[1]}: {said}",)
