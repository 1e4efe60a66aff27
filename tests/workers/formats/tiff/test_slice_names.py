from __future__ import annotations

import pytest

from workers.formats.tiff.slice_names import runs


def only(names):
    (run,) = runs(names)
    return run


def numbered(numbers, form="s{}.tif"):
    return [form.format(n) for n in numbers]


@pytest.mark.parametrize(
    "form", ["s{}.tif", "s{:03}.TIF", "Scan 12 Slice_{}.tiff", "{}.tif", "z{}_2024.tif"]
)
@pytest.mark.parametrize("step", [1, 2, 10])
def test_slices_are_ordered_by_their_numbers(form, step):
    names = numbered(range(0, 12 * step, step), form)

    assert only(names[::-1]) == (tuple(names), ())


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((0, 1, 2, 5, 6), "Of the slices 0 to 6, 3, 4 are missing"),
        ((0, 10, 20, 40), "Of the slices 0 to 40, 30 is missing"),
        ((7, 8, 10, 12, 13), "9, 11 are missing"),
        ((1, 2, 50), "3 to 49 are missing"),
    ],
)
def test_numbers_that_are_missing_are_said(numbers, said):
    run = only(numbered(numbers))

    assert run.names == tuple(numbered(numbers))
    (note,) = run.notes
    assert said in note


def test_a_number_that_comes_twice_is_said():
    run = only(["s1.tif", "s01.tif", "s2.tif"])

    assert len(run.names) == 3
    assert run.notes == ("Several slices have the number 1: all are shown, one behind the other.",)


@pytest.mark.parametrize(
    "form", ["c{c}_z{z:02}.tif", "Z{z:02}_C{c}.tif", "x_{c}_{z}.tif", "{z}-{c}.tif"]
)
def test_two_numbers_that_vary_make_volumes(form):
    names = [form.format(c=c, z=z) for z in range(8) for c in range(2)]

    volumes = runs(names)

    assert [run.names for run in volumes] == [
        tuple(form.format(c=c, z=z) for z in range(8)) for c in range(2)
    ]
    assert volumes[1].names[0] in volumes[1].notes[0]


def test_a_number_called_z_counts_the_slices_even_if_there_are_more_times():
    volumes = runs([f"t{t}_z{z}.tif" for t in range(9) for z in range(4)])

    assert [len(run.names) for run in volumes] == [4] * 9


def test_channels_that_are_named_make_volumes():
    volumes = runs([f"{name}_{z}.tif" for name in ("GFP", "DAPI") for z in range(5)])

    assert [run.names[0] for run in volumes] == ["DAPI_0.tif", "GFP_0.tif"]


def test_a_volume_of_several_says_what_it_lacks():
    names = [f"c{c}_z{z}.tif" for c in range(2) for z in range(8) if (c, z) != (1, 3)]

    whole, lacking = runs(names)

    assert len(whole.notes) == 1
    assert "3 is missing" in lacking.notes[1]


def test_a_time_of_day_beside_the_number_makes_no_volumes():
    names = [f"2021_{90000 + 37 * z}_{z:03}.tif" for z in range(12)]

    assert only(names) == (tuple(names), ())


def test_names_that_do_not_fit_together_are_taken_in_their_order():
    run = only(["s2.tif", "cover.tif", "s10.tif"])

    assert run.names == ("cover.tif", "s2.tif", "s10.tif")
    (note,) = run.notes
    assert "not alike" in note


def test_a_single_file_is_a_slice():
    assert only(["a.tif"]) == (("a.tif",), ())
