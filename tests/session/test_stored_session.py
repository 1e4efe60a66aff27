"""A volume on disk is annotated by the verbs of one in memory."""

from __future__ import annotations

import gc
import shutil
import time
import weakref
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from dashboard.annotation.change import Painted, Patched
from dashboard.annotation.partition_settings import Settings
from dashboard.cases.case_store import Cases
from dashboard.cluster.thread_executor import Threads
from dashboard.session.session import AUTOMATIC_VOXELS, Refused, Session
from dashboard.volumes.cache import partitions
from tests.conftest import (
    ByHand,
    Inline,
    NoWorker,
    Turns,
    draw,
    draw_voxel,
    now,
    session_on,
    tissues,
)
from tests.stored import partition_stored, store_volume

SHAPE = (9, 11, 7)
PIR = np.array([[0, 0, 1.5, -9], [-0.7, 0, 0, 4], [0, -1.1, 0, 8], [0, 0, 0, 1.0]])
WISH = Settings(count=20, sigma_mm=0.5, threshold=None)
ALL = (slice(None),) * 3
PLACE = st.tuples(*[st.floats(-2, 12)] * 2)
STROKE = st.tuples(
    st.just("stroke"),
    st.sampled_from(["axial", "coronal", "sagittal"]),
    st.integers(0, 6),
    st.lists(PLACE, min_size=1, max_size=4),
    st.integers(0, 3),
)
ACTIONS = st.lists(
    st.one_of(STROKE, STROKE, st.tuples(st.sampled_from(["undo", "redo"]))), max_size=14
)


@pytest.fixture(autouse=True)
def driver(monkeypatch):
    """What cuts a stored volume in a moment."""
    monkeypatch.setattr("dashboard.session.backing.disk.partition_stored", partition_stored)


@pytest.fixture
def plain():
    """A volume in memory, of 9 × 11 × 7 voxels."""
    return tissues(SHAPE, PIR, "small")


@pytest.fixture
def on_disk(plain, tmp_path):
    """The same on disk."""
    return store_volume(plain, tmp_path / "cache")


def open_stored(volume, *, executor=None, **options):
    """A session that has opened a stored volume, and partitioned it."""
    options = {"files": Inline(), "schedule": now} | options
    session = Session(executor or Inline(), **options)
    session.first_settings = WISH
    session.opening.resume(volume, "Opening")
    return session


def partitioned(volume, **options):
    """Another session on a volume, whose strokes run by hand, as there is no worker.

    It is partitioned already.
    """
    session = open_stored(volume, **options)
    session.executors.kernels = NoWorker()
    executor = session.executors.threads = ByHand(stubborn=True)
    return session, executor


def act(session, action):
    verb, *values = action
    if verb == "stroke":
        name, index, points, label = values
        session.paint(draw(session, name, index, *points, label=label))
    else:
        getattr(session, verb)()


def told(session, name="change"):
    heard = []
    session.param.watch(lambda event: heard.append(event.new), name, onlychanged=False)
    return heard


def everything(session):
    voxels = dict(+session.labels.voxels)
    return session.labels.read(ALL).tolist(), voxels, session.history, session.revision


# The same as in memory


@settings(max_examples=15)
@given(actions=ACTIONS)
def test_what_is_done_is_what_it_is_in_memory(tmp_path_factory, actions):
    plain = tissues(SHAPE, PIR, "small")
    stored = open_stored(store_volume(plain, tmp_path_factory.mktemp("cache")))
    session = session_on(plain, settings=WISH)
    heard, heard_plain = told(stored), told(session)

    for action in actions:
        act(stored, action)
        act(session, action)

    assert everything(stored) == everything(session)
    assert [type(each) for each in heard] == [type(each) for each in heard_plain]
    for axis, size in enumerate(SHAPE):
        for index in range(size):
            expected = np.take(session.labels.data, index, axis)
            assert_array_equal(stored.labels.plane(axis, index), expected)


@settings(max_examples=15)
@given(actions=st.lists(STROKE, max_size=8))
def test_undo_takes_every_stroke_back_and_redo_does_it_again(tmp_path_factory, actions):
    volume = store_volume(tissues(SHAPE, PIR, "small"), tmp_path_factory.mktemp("cache"))
    session = open_stored(volume)
    for action in actions:
        act(session, action)
    painted = session.labels.read(ALL)

    for _ in actions:
        session.undo()

    assert not session.labels.read(ALL).any()
    for _ in actions:
        session.redo()
    assert_array_equal(session.labels.read(ALL), painted)


@pytest.mark.parametrize("verb", [("merge_label", 1, 2), ("remove_label", 1)])
def test_a_label_is_merged_and_taken_away_as_in_memory(on_disk, plain, verb):
    name, *values = verb
    sessions = open_stored(on_disk), session_on(plain, settings=WISH)
    for session in sessions:
        assert session.superpixels is not None
        for label in (2, 1):
            session.paint(draw(session, "axial", 2 + label, (2, 2), (6, 5), label=label))
        getattr(session, name)(*values)

    stored, session = sessions
    assert everything(stored) == everything(session)
    assert 1 not in stored.labels.read(ALL)
    for each in sessions:
        each.undo()
    assert everything(stored) == everything(session)
    assert 1 in stored.labels.read(ALL)


def test_a_volume_that_is_not_small_is_not_partitioned_by_itself(on_disk, monkeypatch):
    monkeypatch.setattr("dashboard.session.partition.AUTOMATIC_VOXELS", on_disk.voxels - 1)

    session = open_stored(on_disk)

    assert AUTOMATIC_VOXELS == 20_000_000
    assert session.superpixels is None
    session.partition()
    assert session.superpixels.count > 1


def test_superpixels_are_read_in_boxes_whatever_they_are(on_disk, plain):
    stored, session = open_stored(on_disk), session_on(plain, settings=WISH)
    box = slice(1, 8), slice(2, 9), slice(0, 5)

    assert_array_equal(stored.superpixels.ids_array()[box], session.superpixels.ids_array()[box])
    assert stored.superpixels.box(3) == session.superpixels.box(3)
    assert stored.superpixels.count == session.superpixels.count


def test_what_the_driver_makes_is_painted_on(on_disk, monkeypatch):
    monkeypatch.setattr(
        "dashboard.session.backing.disk.partition_stored", partitions.partition_stored
    )
    session = open_stored(on_disk)

    session.paint(draw_voxel(session, (1, 2, 3), label=2))

    ids = session.superpixels.ids_array()[ALL]
    assert_array_equal(session.labels.read(ALL), np.where(ids == ids[1, 2, 3], 2, 0))
    assert session.settings.threshold is None


# Strokes that wait for a worker


def test_a_stroke_is_painted_when_its_task_is_done(on_disk):
    session, tasks = partitioned(on_disk)

    painted = session.paint(draw_voxel(session, (1, 2, 3), label=2))

    assert not painted.done()
    assert session.saved.pending == 1
    assert not session.labels.read(ALL).any()
    tasks.finish()
    assert painted.result() is None
    assert session.saved.pending == 0
    assert session.labels.read(ALL)[1, 2, 3] == 2


def test_strokes_are_painted_in_the_order_in_which_they_were_drawn(on_disk):
    session, tasks = partitioned(on_disk)
    for label in (1, 2, 3):
        session.paint(draw_voxel(session, (1, 2, 3), label=label))

    tasks.finish(2)
    tasks.finish(1)
    assert session.revision == 0
    tasks.finish()

    assert session.labels.read(ALL)[1, 2, 3] == 3
    assert [title.split(" · ")[0] for title in session.history[0]] == [
        f"1 superpixel → label {label}" for label in (1, 2, 3)
    ]


def test_undo_and_redo_wait_for_the_strokes_before_them(on_disk):
    session, tasks = partitioned(on_disk)
    session.paint(draw_voxel(session, (1, 2, 3), label=1))
    session.undo()
    session.redo()
    session.undo()
    session.paint(draw_voxel(session, (8, 8, 3), label=2))

    tasks.finish(1)
    assert session.history == ((), 0)
    tasks.finish()

    assert session.history[1] == 1
    labels = session.labels.read(ALL)
    assert (labels[1, 2, 3], labels[8, 8, 3]) == (0, 2)


@pytest.mark.parametrize("seed", range(3))
def test_threads_that_take_their_time_change_nothing(on_disk, plain, seed):
    class Slow(ThreadPoolExecutor):
        def submit(self, fn, /, *args, **kwargs):
            return super().submit(self.late, next(waits), fn, *args, **kwargs)

        def late(self, wait, fn, *args, **kwargs):
            time.sleep(wait)
            return fn(*args, **kwargs)

    rng = np.random.default_rng(seed)
    waits = iter(lambda: rng.uniform(0, 0.02), None)
    turns = Turns()
    stored, session = open_stored(on_disk), session_on(plain, settings=WISH)
    stored.executors.kernels = NoWorker()
    with Slow(4) as pool:
        stored.executors.threads, stored.edits.queue._schedule = pool, turns
        for n in range(30):
            ijk = tuple(int(rng.integers(size)) for size in SHAPE)
            verb = rng.choice(["paint", "paint", "paint", "undo", "redo"])
            for each in (stored, session):
                if verb == "paint":
                    each.paint(draw_voxel(each, ijk, label=n % 4), f"stroke {n}")
                else:
                    getattr(each, verb)()

        turns.until(lambda: not stored.edits.queue._steps)

    assert everything(stored) == everything(session)


def test_a_stroke_that_comes_twice_is_painted_once(on_disk):
    session, tasks = partitioned(on_disk)

    first = session.paint(draw_voxel(session, (1, 2, 3)), "page 1, stroke 1")
    again = session.paint(draw_voxel(session, (1, 2, 3)), "page 1, stroke 1")
    tasks.finish()
    late = session.paint(draw_voxel(session, (1, 2, 3)), "page 1, stroke 1")

    assert (first.done(), again.done(), late.done()) == (True, True, True)
    assert tasks.waiting == []
    assert session.history[1] == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BrokenExecutor("The computation was given up."), "The computation was given up."),
        (OSError(2, "No such file"), "That failed inside supervox (FileNotFoundError: No such"),
    ],
)
def test_a_stroke_that_fails_is_told_and_holds_up_no_other(on_disk, error, said):
    session, tasks = partitioned(on_disk)
    failing = session.paint(draw_voxel(session, (1, 2, 3)), "stroke 1")
    session.paint(draw_voxel(session, (8, 8, 3), label=2))

    tasks.finish(1)
    future, _ = tasks.waiting.pop()
    future.set_exception(error)

    assert failing.exception() is error
    assert session.notice.text.startswith(said)
    assert session.labels.read(ALL)[8, 8, 3] == 2
    assert session.history[1] == 1
    assert session.saved.pending == 0


def test_a_stroke_whose_volume_was_closed_meanwhile_is_not_painted_and_said(on_disk, tmp_path):
    session, tasks = partitioned(on_disk)
    painted = session.paint(draw_voxel(session, (1, 2, 3)))

    session.executors.threads = Inline()
    session.opening.resume(store_volume(tissues(SHAPE, np.eye(4)), tmp_path / "other"), "Opening")
    tasks.finish()

    assert "Another volume was opened before that" in str(painted.exception())
    assert session.history == ((), 0)


def test_a_stroke_on_a_case_that_was_lost_meanwhile_is_not_painted(on_disk, tmp_path):
    cases = Cases(tmp_path / "kept")
    session, tasks = partitioned(on_disk, cases=cases)
    painted = session.paint(draw_voxel(session, (1, 2, 3)))

    session.autosave.let_go()
    session.held_case.lose(0)
    tasks.finish()

    assert painted.exception() is not None
    assert not session.labels.read(ALL).any()
    with pytest.raises(Refused, match="press Take over"):
        session.paint(draw_voxel(session, (1, 2, 3)))
    cases.close()


def test_superpixels_that_came_meanwhile_do_not_confuse_the_page(on_disk):
    session, tasks = partitioned(on_disk)
    heard = told(session)
    session.paint(draw_voxel(session, (1, 2, 3), label=2))

    session.executors.kernels = session.executors.threads = Inline()
    session.partition(WISH._replace(count=5))
    tasks.finish()

    assert isinstance(heard[-1], Patched)
    assert session.labels.read(ALL)[1, 2, 3] == 2
    session.paint(draw_voxel(session, (1, 2, 3), label=3))
    assert isinstance(heard[-1], Painted)


# Coming back


def test_a_case_comes_back_with_its_superpixels_from_the_cache(on_disk, tmp_path):
    cases = Cases(tmp_path / "kept")
    session = open_stored(on_disk, cases=cases)
    session.partition(WISH._replace(count=9))
    session.paint(draw_voxel(session, (1, 2, 3), label=2))
    session.paint(draw(session, "axial", 3, (0, 0), (8, 8), label=3))
    session.undo()
    labels, key = session.labels.read(ALL), session.superpixels.key
    session.close()

    again = open_stored(on_disk, cases=cases)

    assert_array_equal(again.labels.read(ALL), labels)
    assert again.superpixels.key == key
    assert again.settings.count == 9
    again.redo()
    assert again.history[1] == 2
    again.close()
    cases.close()


def test_where_the_cache_was_cleared_that_is_said_and_the_labels_are_there(on_disk, tmp_path):
    cases = Cases(tmp_path / "kept")
    session = open_stored(on_disk, cases=cases)
    session.partition(WISH._replace(count=9))
    session.paint(draw_voxel(session, (1, 2, 3), label=2))
    labels, key = session.labels.read(ALL), session.superpixels.key
    session.close()
    shutil.rmtree(on_disk.folder / "partitions")

    again = Session(ByHand(), Inline(), now, cases=cases, threads=ByHand())
    notices = told(again, "notice")
    again.opening.resume(on_disk, "Opening")

    assert again.superpixels is None
    assert any("no longer in the cache: press Partition" in notice.text for notice in notices)
    assert_array_equal(again.labels.read(ALL), labels)
    again.executors.kernels = again.executors.threads = Inline()
    again.partition(again.settings)
    assert again.superpixels.key == key
    again.close()
    cases.close()


# Partition


def test_a_partition_says_what_it_does(on_disk):
    session = open_stored(on_disk)
    jobs = told(session, "job")

    session.partition()

    titles = [(job.title, job.fraction) for job in jobs if job]
    assert ("Partitioning · iteration 1 of 1", 0.5) in titles
    assert session.job is None


def test_a_partition_that_was_cancelled_changes_nothing(on_disk):
    session = open_stored(on_disk)
    before, session.executors.threads = session.superpixels, ByHand(stubborn=True)
    session.partition(WISH._replace(count=5))

    session.cancel()
    session.executors.threads.finish()

    assert session.superpixels is before
    assert session.notice.text == "Partitioning was cancelled; nothing has changed."


def test_a_file_of_superpixels_is_refused_with_a_sentence(on_disk):
    session = open_stored(on_disk)

    with pytest.raises(Refused, match="cannot be opened over a volume of this size"):
        session.open_superpixels(b"", "file.nii")


# Surfaces


def test_surfaces_are_those_of_the_volume_in_memory(on_disk, plain):
    stored, session = open_stored(on_disk), session_on(plain, settings=WISH)
    built, built_plain = {}, {}
    stored.surfaces.param.watch(lambda e: built.update({e.new[0]: e.new[1:]}), "built")
    session.surfaces.param.watch(lambda e: built_plain.update({e.new[0]: e.new[1:]}), "built")
    for each in (stored, session):
        each.paint(draw(each, "axial", 3, (0, 0), (6, 6), label=2))
        each.surfaces.build()
        each.surfaces.outline(150.0)

    assert_allclose(built[2][0], built_plain[2][0], atol=1e-5)
    assert sorted(built) == sorted(built_plain) == [0, 2]
    assert len(built[0][1])


# Its end


def test_a_session_keeps_nothing_when_it_has_ended(on_disk):
    session = open_stored(on_disk)
    for k in range(7):
        session.paint(draw(session, "axial", 3, (0, k), (8, k), label=k % 4))
    watched = weakref.ref(session.labels), weakref.ref(session.superpixels)

    session.end()
    gc.collect()

    assert [ref() for ref in watched] == [None, None]


def test_a_stroke_does_not_wait_for_a_cluster_that_is_silent(on_disk, monkeypatch):
    monkeypatch.setattr("dashboard.session.backing.worker_or_thread.ANSWER_S", 0.0)
    session = open_stored(on_disk)
    session.executors.threads = Inline()
    session.executors.kernels = ByHand()

    painted = session.paint(draw_voxel(session, (1, 2, 3), label=2))

    assert painted.done()
    assert session.labels.read(ALL)[1, 2, 3] == 2


def test_threads_hand_over_what_was_raised():
    threads = Threads()

    assert isinstance(threads, Executor)
    assert threads.submit(sum, [1, 2]).result(10) == 3
    assert isinstance(threads.submit(int, "x").exception(10), ValueError)


def test_superpixels_that_were_made_in_memory_are_made_again_on_disk(plain, tmp_path):
    cases, said = Cases(tmp_path / "data"), []
    before = session_on(plain, cases=cases)
    before.paint(draw_voxel(before, (1, 2, 3), label=2))
    before.close()
    volume = store_volume(before.volume, tmp_path / "cache")

    again = Session(Inline(), files=Inline(), schedule=now, cases=cases)
    again.param.watch(lambda event: said.append(event.new.text), "notice")
    again.opening.resume(volume, "Opening")

    assert again.labels.read((slice(1, 2), slice(2, 3), slice(3, 4))).item() == 2
    assert any("made in memory" in text for text in said)
    assert again.superpixels is None or again.superpixels.ids_array() is not None
    again.close()
