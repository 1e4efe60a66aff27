from __future__ import annotations

import json
from functools import partial

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.slice_geometry import layouts
from dashboard.page.commands import Commands
from dashboard.page.errors import guarded
from dashboard.session.session import Refused
from dashboard.volumes.data_folder import Folder
from tests.conftest import draw_voxel, nifti_bytes

SERIES = np.arange(240, dtype=np.int16).reshape(4, 5, 6, 2)


@pytest.fixture
def answers():
    """What the page was sent, as (kind, values)."""
    return []


@pytest.fixture
def hearing(session, answers, tmp_path):
    """A hearing for the open volume, with a data folder of one scan."""
    root = tmp_path / "data"
    root.mkdir()
    (root / "series.nii").write_bytes(nifti_bytes(SERIES, np.eye(4)))
    (root / "one.nii").write_bytes(nifti_bytes(SERIES[..., 0], np.eye(4)))
    (tmp_path / "secret.nii").write_bytes(nifti_bytes(SERIES[..., 0], np.eye(4)))
    hearing = Commands(
        session,
        Folder(root),
        lambda kind, **values: answers.append((kind, values)),
        partial(guarded, session),
    )
    hearing.open(1, layouts(session.volume.affine, session.volume.shape))
    return hearing


def stroke(n, ijk=(1, 1, 1), *, label=2, case=1, plane="axial", **other):
    """One stroke as the page holds it, over a voxel of the two tissues (x goes to the left)."""
    asked = {"name": f"page-{n}", "after": "", "case": case}
    context = asked | {"plane": plane, "index": ijk[2], "label": label} | other
    return [11 - ijk[0]], [ijk[1]], json.dumps(context)


def columns(*strokes):
    xs, ys, texts = zip(*strokes, strict=True)
    return {"xs": list(xs), "ys": list(ys), "stroke": list(texts)}


def taken(answers):
    """The numbers of the strokes that were answered, in their order."""
    return [number(values["name"]) for kind, values in answers if kind == "taken"]


def number(name):
    return int(name.removeprefix("page-"))


# Strokes


def test_a_stroke_is_painted_and_acknowledged(session, hearing, answers):
    hearing.hear_strokes(columns(stroke(1, (1, 2, 3))))

    assert session.labels.data[1, 2, 3] == 2
    assert answers == [("taken", {"name": "page-1", "case": 1, "refused": False})]


def test_a_stroke_that_is_sent_again_is_not_painted_again(session, hearing, answers):
    first, second = stroke(1, label=2), stroke(2, (9, 9, 4), label=3)
    hearing.hear_strokes(columns(first))
    session.undo()

    hearing.hear_strokes(columns(first, second))
    hearing.hear_strokes(columns(first, second))

    assert session.labels.data[1, 1, 1] == 0
    assert session.labels.data[9, 9, 4] == 3
    assert taken(answers) == [1, 2]


def test_strokes_that_come_together_are_painted_in_order(session, hearing, answers):
    hearing.hear_strokes(columns(stroke(1, label=2), stroke(2, label=3)))

    assert session.labels.data[1, 1, 1] == 3
    assert session.history[1] == 2
    assert taken(answers) == [1, 2]


@pytest.mark.parametrize(
    ("radiological", "ijk"), [(None, (10, 2, 3)), (True, (10, 2, 3)), (False, (1, 2, 3))]
)
def test_a_stroke_is_read_in_the_convention_in_which_it_was_drawn(
    session, hearing, radiological, ijk
):
    told = {} if radiological is None else {"radiological": radiological}

    hearing.hear_strokes(columns(stroke(1, (10, 2, 3), **told)))

    assert np.argwhere(session.labels.data == 2).tolist().count(list(ijk)) == 1
    assert not session.labels.data[11 - ijk[0], 2, 3]


@pytest.mark.parametrize("columns", [{}, {"xs": [], "ys": [], "stroke": []}])
def test_no_strokes_are_no_strokes(session, hearing, answers, columns):
    hearing.hear_strokes(columns)

    assert answers == []
    assert session.revision == 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"case": 0}, "drawn on a volume that is no longer open"),
        ({"plane": "diagonal"}, "on a slice that is unknown here: reload the page"),
        ({"label": "two"}, "values that are unknown here: reload it"),
        ({"label": 70_000}, ""),
        ({"label": -1}, ""),
    ],
)
def test_a_stroke_that_is_refused_is_acknowledged_and_holds_up_no_other(
    session, hearing, answers, wrong, sentence
):
    hearing.hear_strokes(columns(stroke(1, **wrong), stroke(2, (9, 9, 4), label=3)))

    assert session.labels.data[1, 1, 1] == 0
    assert session.labels.data[9, 9, 4] == 3
    assert session.notice.kind == "error"
    assert sentence in session.notice.text
    assert taken(answers) == [1, 2]
    assert [values["refused"] for _, values in answers] == [True, False]


def test_a_stroke_of_unequal_coordinates_is_refused_and_acknowledged(session, hearing, answers):
    xs, ys, text = stroke(1)

    hearing.hear_strokes({"xs": [[*xs, 3]], "ys": [ys], "stroke": [text]})

    assert session.revision == 0
    assert taken(answers) == [1]


def test_a_stroke_off_the_volume_is_acknowledged(session, hearing, answers):
    hearing.hear_strokes(columns(stroke(1, (1, 1, 1000))))

    assert session.revision == 0
    assert taken(answers) == [1]


def test_strokes_of_a_volume_that_was_closed_label_nothing_on_the_next(session, hearing, answers):
    session.open(
        nifti_bytes(np.flip(session.volume.data).copy(), session.volume.affine), "next.nii"
    )
    hearing.open(2, layouts(session.volume.affine, session.volume.shape))

    hearing.hear_strokes(columns(stroke(1)))
    hearing.hear_strokes(columns(stroke(2, after="page-0")))  # which has never come

    assert not session.labels.data.any()
    assert taken(answers) == [1, 2]
    assert all(values["refused"] and values["case"] == 1 for _, values in answers)


def test_a_stroke_that_is_still_being_drawn_is_not_read(session, hearing, answers):
    session.notice = None

    hearing.hear_strokes({"xs": [[3, 4]], "ys": [[3, 4]], "stroke": [""]})

    assert (answers, session.notice, session.revision) == ([], None, 0)


def test_a_stroke_and_an_undo_that_come_by_two_ways_are_done_in_their_order(session, hearing):
    asked = {"name": "page-2", "after": "page-1", "case": 1}
    hearing.hear("undo", {"asked": asked})
    hearing.hear_strokes(columns(stroke(3, (9, 9, 4), label=3, after="page-2")))
    assert session.revision == 0

    hearing.hear_strokes(columns(stroke(1, label=2)))

    assert session.labels.data[1, 1, 1] == 0
    assert session.labels.data[9, 9, 4] == 3
    assert session.history[1] == 1


# Verbs


@pytest.mark.parametrize("verb", ["", "close", "_open", "__init__", "paint", "Undo"])
def test_an_unknown_verb_is_refused(hearing, verb):
    with pytest.raises(Refused, match="unknown here: reload it"):
        hearing.hear(verb, {})


def test_undo_and_redo(session, hearing):
    session.paint(draw_voxel(session, (1, 1, 1), label=2))

    hearing.hear("undo", {})
    assert session.labels.data[1, 1, 1] == 0
    hearing.hear("redo", {})
    assert session.labels.data[1, 1, 1] == 2


def test_labels_are_added_chosen_and_renamed(session, hearing):
    hearing.hear("add_label", {})
    hearing.hear("rename", {"label": 5, "name": "<i>bone"})
    hearing.hear("choose", {"label": 3, "choice": 1})

    assert session.table[-1][:2] == (5, "<i>bone")
    assert session.label == 3


def test_a_partition_is_asked_for_with_checked_settings(session, hearing):
    hearing.hear("partition", {"count": "5", "threshold": None})

    assert session.settings == Settings(5)._replace(
        sigma_mm=session.settings.sigma_mm, threshold=None
    )
    with pytest.raises(ValueError, match="Count must be"):
        hearing.hear("partition", {"count": 0})


def test_the_cursor_is_remembered_inside_the_volume(session, hearing):
    hearing.hear("cursor", {"ijk": [3, -1, 99]})

    assert session.cursor == (3, 0, 5)


def test_a_failure_of_the_page_is_told_in_short(session, hearing):
    hearing.hear("failed", {"text": "x" * 10_000})

    assert session.notice == ("x" * 500, "error")


def test_the_folder_is_listed(hearing, answers):
    hearing.hear("list", {"path": ""})

    (kind, values) = answers[0]
    assert kind == "folder"
    assert values == {
        "path": "",
        "folders": (),
        "files": ("one.nii", "series.nii"),
        "truncated": False,
    }


def test_a_file_of_the_folder_is_opened(session, hearing):
    hearing.hear("open", {"path": "one.nii", "kind": "volume"})

    assert session.volume.name == "one"


@pytest.mark.parametrize("kind", ["volume", "labels", "superpixels"])
@pytest.mark.parametrize("path", ["../secret.nii", "/etc/passwd", "gone.nii"])
def test_no_file_outside_of_the_folder_is_opened(session, hearing, kind, path):
    volume = session.volume

    with pytest.raises(ValueError, match="data folder"):
        hearing.hear("open", {"path": path, "kind": kind})

    assert session.volume is volume
    assert session.job is None


def test_one_volume_of_several_is_opened_as_answered(session, hearing):
    hearing.hear("open", {"path": "series.nii", "kind": "volume"})
    assert session.question.count == 2

    hearing.hear("open_volume_of", {"volume": 1})

    assert_array_equal(session.volume.data, SERIES[..., 1])


@pytest.mark.parametrize(("form", "sign"), [("qform", -1), ("sform", 1)])
def test_a_file_whose_forms_differ_is_opened_as_answered(session, hearing, tmp_path, form, sign):
    image = nib.Nifti1Image(SERIES, None)
    image.header.set_qform(np.diag([-1.0, 1, 1, 1]), 1)
    image.header.set_sform(np.eye(4), 2)
    (tmp_path / "data" / "two.nii").write_bytes(image.to_bytes())
    hearing.hear("open", {"path": "two.nii", "kind": "volume"})
    assert "mirrored" in session.question.difference

    hearing.hear("open_by", {"form": form})
    assert session.question.count == 2
    hearing.hear("open_volume_of", {"volume": 1})

    assert_array_equal(session.volume.data, SERIES[..., 1])
    assert session.volume.affine[0, 0] == sign


def test_a_label_map_on_another_grid_is_resampled_as_answered(session, hearing):
    hearing.hear("open", {"path": "one.nii", "kind": "labels"})
    assert "lies on another grid" in session.question.grid
    assert session.history == ((), 0)

    hearing.hear("open_resampled", {})

    assert session.history == (("opened one.nii, resampled",), 1)


def test_the_table_of_labels_is_changed(session, hearing):
    hearing.hear("add_label", {"value": 300, "name": "spleen"})
    hearing.hear("recolour", {"label": 300, "color": "#123456"})
    hearing.hear("show_labels", {"to": False})
    hearing.hear("show_label", {"label": 300, "to": True})
    hearing.hear("lock_label", {"label": 2, "to": True})
    hearing.hear("merge_label", {"label": 1, "into": 300})
    hearing.hear("remove_label", {"label": 3})

    assert [label.value for label in session.table] == [2, 4, 300]
    assert session.table[-1] == (300, "spleen", "#123456", True, False)
    assert session.table[0].locked
    assert not session.table[1].visible


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("bids", "two_dseg.tsv"),
        ("itksnap", "two_labels.txt"),
        ("freesurfer", "two_LUT.txt"),
    ],
)
def test_a_label_table_is_handed_over_in_the_form_that_is_asked_for(hearing, answers, form, name):
    hearing.hear("download_table", {"form": form})

    ((kind, values),) = answers
    assert (kind, values["name"], values["parts"]) == ("file", name, 1)
    assert b"label 2" in values["data"].replace(b"_", b" ")


def test_files_of_label_tables_are_listed_and_opened(session, hearing, answers, tmp_path):
    (tmp_path / "data" / "LUT.txt").write_text("9 spleen 1 2 3 0")

    hearing.hear("list", {"path": "", "kind": "table"})
    hearing.hear("open", {"path": "LUT.txt", "kind": "table"})

    assert answers[0][1]["files"] == ("LUT.txt",)
    assert session.table[-1][:3] == (9, "spleen", "#010203")


# Dropped files


@pytest.mark.parametrize("content", [b"9 spleen 1 2 3 0", "9 spleen 1 2 3 0"])
def test_a_dropped_label_table_is_opened_though_panel_hands_it_over_as_text(
    session, hearing, content
):
    hearing.hear("upload_as", {"kind": "table"})

    hearing.hear_upload({"LUT.txt": content})

    assert session.table[-1][:3] == (9, "spleen", "#010203")


def test_a_dropped_file_is_opened_as_a_volume(session, hearing):
    hearing.hear_upload({"dropped.nii": nifti_bytes(SERIES[..., 0], np.eye(4))})

    assert session.volume.name == "dropped"


def test_a_dropped_file_is_opened_as_what_was_chosen_before(session, hearing):
    labels = np.full(session.volume.shape, 3, np.uint8)
    hearing.hear("upload_as", {"kind": "labels"})

    hearing.hear_upload({"labels.nii": nifti_bytes(labels, session.volume.affine)})

    assert session.volume.name == "two"
    assert (session.labels.data == 3).all()


@pytest.mark.parametrize("name", ["scan.hdr", "scan.img", "SCAN.HDR.GZ", "scan.img.gz"])
def test_a_dropped_half_of_a_pair_is_told_the_way(session, hearing, name):
    with pytest.raises(Refused, match="pair: put both into the data folder"):
        hearing.hear_upload({name: b"half"})

    assert session.job is None


def test_a_dropped_text_is_not_taken_for_the_path_of_a_file_here(session, hearing, tmp_path):
    volume = session.volume

    with pytest.raises(Refused, match=r"path\.txt is a text file"):
        hearing.hear_upload({"path.txt": str(tmp_path / "secret.nii")})

    assert session.volume is volume


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("go_to", {"done": "two"}),
        ("go_to", {"done": 1.5}),
        ("go_to", {}),
        ("undo", {"more": 1}),
        ("rename", {"label": 2, "name": 7}),
        ("rename", {"label": None, "name": "a"}),
        ("rename", {"label": 2}),
        ("show_label", {"label": [], "to": True}),
        ("merge_label", {"label": 1, "into": {}}),
        ("choose", {"label": 1e400, "choice": 1}),
        ("cursor", {"ijk": [1, 2]}),
        ("cursor", {"ijk": ["a", 2, 3]}),
        ("open", {"path": 3, "kind": "volume"}),
        ("open", {"path": "one.nii", "kind": "poem"}),
        ("open_volume_of", {"volume": "x"}),
        ("upload_as", {"kind": 5}),
        ("list", {"path": None}),
        ("list", {"path": "", "kind": "poem"}),
        ("add_label", {"value": "x"}),
        ("partition", {"weights": [1, 2]}),
    ],
)
def test_values_that_cannot_be_are_refused_in_a_sentence_and_change_nothing(
    session, hearing, verb, values
):
    before = session.table, session.cursor, session.revision

    with pytest.raises(Refused, match=f"“{verb}” with values that are unknown here: reload it"):
        hearing.hear(verb, values)

    assert (session.table, session.cursor, session.revision) == before
