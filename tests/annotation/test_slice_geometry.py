from __future__ import annotations

from itertools import permutations, product

import numpy as np
from nibabel.orientations import aff2axcodes
from numpy.testing import assert_array_equal

from dashboard.annotation.slice_geometry import Plane, layouts

SHAPE = (3, 4, 5)
EDGES = (0.5, 1.5, 4.0)
ORIENTATIONS = list(product(permutations(range(3)), product((1, -1), repeat=3)))
TURN = np.radians(20)
TILT = np.array([[np.cos(TURN), -np.sin(TURN), 0], [np.sin(TURN), np.cos(TURN), 0], [0.1, -0.2, 1]])
# Which world axis, and which of its ends, lies where on the screen; R, A and S are the high ends.
RIGHT_IS = {"axial": (0, -1), "coronal": (0, -1), "sagittal": (1, 1)}
UP_IS = {"axial": (1, 1), "coronal": (2, 1), "sagittal": (2, 1)}
THROUGH = {"axial": 2, "coronal": 1, "sagittal": 0}


def affine_of(order, signs, tilt=None):
    """The affine whose voxel axis n goes along world axis ``order[n]``, up or down."""
    affine = np.eye(4)
    affine[:3, :3] = 0
    for axis, (world, sign) in enumerate(zip(order, signs, strict=True)):
        affine[world, axis] = sign * EDGES[axis]
    if tilt is not None:
        affine[:3, :3] = tilt @ affine[:3, :3]
    affine[:3, 3] = -7, 11, 3
    return affine


AFFINES = {
    "".join(aff2axcodes(affine_of(*each))) + "-tilted" * (tilt is not None): affine_of(*each, tilt)
    for each in ORIENTATIONS
    for tilt in (None, TILT)
}


def in_each_orientation(law):
    """Try a law in each of the 48 orientations, straight and tilted; what fails says in which."""

    def tried():
        for name, affine in AFFINES.items():
            try:
                law(affine)
            except Exception as failed:
                failed.add_note(f"The volume is {name}.")
                raise

    tried.__name__ = law.__name__
    return tried


def cells(layout):
    """All canvas cells of a slice."""
    return np.array(list(product(range(layout.x.size), range(layout.y.size))), float)


def step(affine, layout, xy):
    """World step (3,) from the middle of a slice's canvas by `xy`."""
    plane = Plane(layout, 1)
    there, here = plane.to_voxels(np.array([xy, (0, 0)]))
    return affine[:3, :3] @ (there - here)


@in_each_orientation
def test_every_voxel_of_a_slice_has_exactly_one_cell(affine):
    for layout in layouts(affine, SHAPE).values():
        drawn = Plane(layout, 2).to_voxels(cells(layout))

        wanted = {ijk for ijk in np.ndindex(SHAPE) if ijk[layout.axis] == 2}
        assert len(drawn) == len(wanted)
        assert {tuple(int(n) for n in voxel) for voxel in drawn} == wanted


@in_each_orientation
def test_the_voxel_drawn_on_the_left_is_the_patients_right(affine):
    for name, layout in layouts(affine, SHAPE).items():
        world, sign = RIGHT_IS[name]

        moved = step(affine, layout, (1, 0))

        assert np.argmax(abs(moved)) == world
        assert np.sign(moved[world]) == sign


@in_each_orientation
def test_the_voxel_drawn_above_is_superior_or_anterior(affine):
    for name, layout in layouts(affine, SHAPE).items():
        world, sign = UP_IS[name]

        moved = step(affine, layout, (0, 1))

        assert np.argmax(abs(moved)) == world
        assert np.sign(moved[world]) == sign


@in_each_orientation
def test_the_letters_name_the_ends_at_which_they_stand(affine):
    laid = layouts(affine, SHAPE).values()
    drawn = [(each, *way) for each in laid for way in ((each.x, (1, 0)), (each.y, (0, 1)))]

    for layout, axis, xy in drawn:
        moved = step(affine, layout, xy)
        world = np.argmax(abs(moved))
        ends = ("LPI"[world], "RAS"[world])
        assert axis.letters == "".join(ends if moved[world] > 0 else ends[::-1])


@in_each_orientation
def test_each_plane_cuts_its_own_axis(affine):
    laid = layouts(affine, SHAPE)

    for name, world in THROUGH.items():
        assert np.argmax(abs(affine[:3, laid[name].axis])) == world
    assert {layout.axis for layout in laid.values()} == {0, 1, 2}


@in_each_orientation
def test_sizes_are_those_of_the_voxel_axes(affine):
    for layout in layouts(affine, SHAPE).values():
        assert layout.x.size == SHAPE[layout.x.index]
        assert layout.y.size == SHAPE[layout.y.index]
        assert {layout.axis, layout.x.index, layout.y.index} == {0, 1, 2}


@in_each_orientation
def test_neurological_view_mirrors_left_and_right_and_nothing_else(affine):
    usual, mirrored = (layouts(affine, SHAPE, radiological=way) for way in (True, False))

    for name in ("axial", "coronal"):
        assert mirrored[name].x.reversed is not usual[name].x.reversed
        assert mirrored[name].x.letters == "LR"
        assert mirrored[name].y == usual[name].y
    assert mirrored["sagittal"] == usual["sagittal"]


@in_each_orientation
def test_any_point_within_a_cell_is_its_voxel(affine):
    for layout in layouts(affine, SHAPE).values():
        plane, centres = Plane(layout, 0), cells(layout)

        for off in ((-0.5, -0.5), (0.49, 0.49), (0.3, -0.4)):
            assert_array_equal(plane.to_voxels(centres + off), plane.to_voxels(centres))


@in_each_orientation
def test_points_off_the_canvas_lie_off_the_volume(affine):
    layout = layouts(affine, SHAPE)["axial"]
    outside = [(-0.51, 0), (layout.x.size - 0.5, 0), (0, -0.51), (0, layout.y.size - 0.5)]

    voxels = Plane(layout, 0).to_voxels(np.array(outside))

    assert ((voxels < 0) | (voxels >= SHAPE)).any(axis=1).all()


@in_each_orientation
def test_no_points_give_no_voxels(affine):
    plane = Plane(layouts(affine, SHAPE)["coronal"], 0)

    assert plane.to_voxels(np.empty((0, 2))).shape == (0, 3)


def test_the_orientations_are_all_there_are():
    assert len(AFFINES) == 96
