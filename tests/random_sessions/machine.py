"""Random sessions: every verb, reopening, and kills, held to a plain model after each step."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import nibabel as nib
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from numpy.testing import assert_array_equal
from panel.io.state import set_curdoc

from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.slice_geometry import Plane, layouts
from dashboard.annotation.stroke import Stroke, Tip
from dashboard.cases import recovery
from dashboard.cases.case_store import Cases
from dashboard.session.autosave import Saved
from dashboard.session.session import Refused, Session
from dashboard.volumes.open_volume import read_volume
from tests.conftest import Inline, Turns, nifti_bytes, tissues
from tests.random_sessions.followed import Followed
from tests.random_sessions.plain import Drawn, Plain, Row
from tests.stored import store_volume

SHAPE = (9, 11, 7)
PIR = np.array([[0, 0, 1.5, -9], [-0.7, 0, 0, 4], [0, -1.1, 0, 8], [0, 0, 0, 1.0]])
WISH = Settings(count=20, sigma_mm=0.5, threshold=None)
ALL = (slice(None),) * 3
TORN = 11  # bytes of a record's head, which has more

LABEL = st.integers(1, 6)
DRAWN = st.builds(
    Drawn,
    axis=st.integers(0, 2),
    index=st.integers(0, min(SHAPE) - 1),
    cells=st.lists(st.tuples(*[st.integers(-1, 9)] * 2), min_size=1, max_size=4).map(tuple),
    label=st.integers(0, 6),
    kind=st.sampled_from(["superpixels", "superpixels", "voxels", "outline", "split"]),
    radius_mm=st.sampled_from([0.0, 0.0, 1.23, 2.71]),
    is_ball=st.booleans(),
    is_within=st.booleans(),
).map(lambda drawn: drawn._replace(**({} if drawn.kind == "voxels" else PLAIN_TIP[drawn.kind])))
PLAIN_TIP = {
    "superpixels": {"is_ball": False, "is_within": False},
    "outline": {"radius_mm": 0.0, "is_ball": False},
    "split": {"is_ball": False, "is_within": False},
}


class Moment(NamedTuple):
    """What should come back of a journal of so many bytes."""

    size: int
    plain: Plain


class RandomSession(RuleBasedStateMachine):
    """One user's session on a volume, beside the plain model and a page that is only told."""

    verbs = frozenset(
        {"paint", "partition", "move", "export_labels", "export_statistics", "take_over", "close"}
        | {"undo", "redo", "go_to", "choose", "add_label", "rename", "recolour", "remove_label"}
        | {"merge_label", "show_label", "show_labels", "lock_label", "fill_holes"}
        | {"keep_largest_island", "open_table", "open_labels"}
    )

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="supervox-"))
        self.lives = self.strokes = 0
        self.root = self.folder / "data"
        self.volume, self.stored = tissues(SHAPE, PIR, "small"), None
        self.content = nifti_bytes(self.volume.data, self.volume.affine)
        self.open()
        self.plain = self.fresh()
        self.begin_moments()

    def fresh(self):
        """The plain model of a volume to which nothing was done."""
        table = {row.value: Row(*row[1:]) for row in self.session.table}
        ids = self.ids_of_session()
        return Plain(self.session.volume.spacing, ids, self.name_of_partition(), table)

    # How a session is driven

    def open(self):
        """Open the volume in a page of its own, as a server that was just started."""
        self.turns, self.cases = Turns(), Cases(self.root)
        self.session = Session(Inline(), Inline(), self.turns, cases=self.cases)
        self.session.first_settings = WISH
        self.page = Followed(self.session)
        self.page.say("begin")
        with set_curdoc(self.page.document):
            self.open_volume()
        self.settle()

    def open_volume(self):
        """Let the session open the volume, from a file."""
        self.session.open(self.content, "small.nii")

    def ids_of_session(self):
        return self.session.superpixels.ids.copy()

    def name_of_partition(self):
        """Superpixels in memory are new ones after each partition."""
        return self.session.state.case.partition

    def does(self, verb, *values, refused=False, **named):
        """Call a verb, and wait until all is on disk; returns what it returned."""
        assert verb in self.verbs
        found = None
        with set_curdoc(self.page.document):
            if refused:
                with pytest.raises(Refused):
                    getattr(self.session, verb)(*values, **named)
            else:
                found = getattr(self.session, verb)(*values, **named)
        self.settle()
        return found

    def settle(self):
        """Let everything happen, until it is on disk and the page was told."""
        with set_curdoc(self.page.document):
            self.turns.until(self.is_at_rest)
        self.page.deliver()

    def is_at_rest(self):
        session = self.session
        if session.volume is None or session.job is not None:
            return False
        if not session.held:
            return True
        journal = self.journal
        appended = len(journal.log) - journal._made
        return session.saved == Saved() and journal.progress.saved == appended

    @property
    def journal(self):
        return self.session.state.document.journal

    def teardown(self):
        self.session.end()
        self.cases.close()
        shutil.rmtree(self.folder)

    # Strokes

    @rule(strokes=st.lists(DRAWN, min_size=1, max_size=3))
    def draw(self, strokes):
        for drawn in strokes:
            self.draw_one(drawn)
            self.note_moment()

    def draw_one(self, drawn):
        self.strokes += 1
        unknown = drawn.kind != "split" and drawn.label not in (0, *self.plain.table)
        name = f"stroke {self.strokes}"
        self.does("paint", self.drawn(drawn), name, refused=unknown)
        if unknown:
            return
        if drawn.kind == "split":
            self.check_split(drawn)
            self.plain.split(self.ids_of_session())
        else:
            self.plain.paint(drawn)

    def drawn(self, drawn):
        """The stroke on the canvas of the plane that lies across its axis."""
        laid = layouts(self.volume.affine, SHAPE).values()
        layout = next(each for each in laid if each.axis == drawn.axis)
        first = [axis for axis in range(3) if axis != drawn.axis]
        cells = np.array(drawn.cells).reshape(-1, 2)
        xy = [axis.to_voxel(cells[:, first.index(axis.index)]) for axis in (layout.x, layout.y)]
        tip = Tip(drawn.kind, drawn.radius_mm, drawn.is_ball, drawn.is_within)
        return Stroke(
            Plane(layout, drawn.index), np.column_stack(xy).astype(float), drawn.label, tip
        )

    def check_split(self, drawn):
        """What lay under the line is in several pieces now, and all else is as it was."""
        before, after = self.plain.ids, self.ids_of_session()
        under = self.plain.swept(drawn) if drawn.radius_mm else self.plain.under(drawn)
        reached = set(np.unique(before[under & (before > 0)]).tolist())
        kept = ~np.isin(before, list(reached))
        assert_array_equal(after[kept], before[kept])
        for n in reached:
            pieces = set(np.unique(after[before == n]).tolist())
            assert len(pieces) >= min(2, (before == n).sum())
            for piece in pieces:  # pieces of one superpixel are of no other
                assert (before[after == piece] == n).all()

    # History

    @rule()
    def undo(self):
        self.does("undo")
        self.plain.undo()

    @rule()
    def redo(self):
        self.does("redo")
        self.plain.redo()

    @rule(part=st.integers(0, 8))
    def go_to(self, part):
        done = len(self.plain.edits) * part // 8
        self.does("go_to", done)
        self.plain.go_to(done)

    # The table of labels

    @rule(label=LABEL)
    def choose(self, label):
        self.does("choose", label, refused=label not in self.plain.table)
        if label in self.plain.table:
            self.plain.chosen = label

    @rule(value=st.one_of(st.none(), LABEL), name=st.sampled_from(["", "liver", "a  b"]))
    def add_label(self, value, name):
        taken = value in self.plain.table
        self.does("add_label", value, name, refused=taken)
        if not taken:
            self.plain.add_label(value, " ".join(name.split()))

    @rule(label=LABEL, name=st.sampled_from(["", "liver", "=x", "<b>"]))
    def rename(self, label, name):
        known = label in self.plain.table
        self.does("rename", label, name, refused=not known)
        if known and name:
            self.plain.alter(label, name=name)

    @rule(label=LABEL, color=st.sampled_from(["#FF8800", "#102030"]))
    def recolour(self, label, color):
        known = label in self.plain.table
        self.does("recolour", label, color, refused=not known)
        if known:
            self.plain.alter(label, color=color.lower())

    @rule(label=LABEL)
    def remove_label(self, label):
        row = self.plain.table.get(label)
        refused = row is None or row.locked
        self.does("remove_label", label, refused=refused)
        if not refused:
            self.plain.give_all(label, 0)

    @rule(label=LABEL, into=LABEL)
    def merge_label(self, label, into):
        row = self.plain.table.get(label)
        refused = row is None or row.locked or into not in self.plain.table or label == into
        self.does("merge_label", label, into, refused=refused)
        if not refused:
            self.plain.give_all(label, into)

    @rule(label=LABEL, to=st.booleans())
    def show_label(self, label, to):
        known = label in self.plain.table
        self.does("show_label", label, to, refused=not known)
        if known:
            self.plain.guard(label, visible=to)

    @rule(to=st.booleans())
    def show_labels(self, to):
        self.does("show_labels", to)
        for label in self.plain.table:
            self.plain.guard(label, visible=to)

    @rule(label=LABEL, to=st.booleans())
    def lock_label(self, label, to):
        known = label in self.plain.table
        self.does("lock_label", label, to, refused=not known)
        if known:
            self.plain.guard(label, locked=to)

    # All of a label

    @rule(label=LABEL)
    def fill_holes(self, label):
        if self.mends("fill_holes", label):
            self.plain.change(self.plain.holes(label), label)

    @rule(label=LABEL)
    def keep_largest_island(self, label):
        if self.mends("keep_largest_island", label):
            self.plain.change(self.plain.lesser(label), 0)

    def mends(self, verb, label):
        row = self.plain.table.get(label)
        refused = row is None or row.locked or not self.plain.voxels.get(label)
        self.does(verb, label, refused=refused)
        return not refused

    # Files

    @rule(seed=st.integers(0, 3), most=st.integers(0, 6))
    def open_labels(self, seed, most):
        given = np.random.default_rng(seed).integers(0, most + 1, SHAPE, np.uint8)
        self.does("open_labels", nifti_bytes(given, self.volume.affine), "labels.nii")
        self.plain.open_labels(given.astype(int))

    @rule(values=st.lists(LABEL, min_size=1, max_size=3, unique=True))
    def open_table(self, values):
        rows = {value: (f"read {value}", f"#00{value:02x}ff") for value in sorted(values)}
        lines = [f"{value}\t{name}\t{color}" for value, (name, color) in rows.items()]
        self.does("open_table", "\n".join(["index\tname\tcolor", *lines]).encode(), "labels.tsv")
        self.plain.open_table(rows)

    @rule()
    def export(self):
        empty = not self.plain.voxels
        given = self.does("export_labels", refused=empty)
        if empty:
            return
        image = nib.Nifti1Image.from_bytes(gzip.decompress(given.result()))
        assert_array_equal(np.asanyarray(image.dataobj), self.plain.labels)
        np.testing.assert_allclose(image.affine, self.volume.affine, atol=1e-6)

    @rule()
    @precondition(lambda self: self.plain.voxels)
    def statistics(self):
        lines = self.does("export_statistics").result().decode("utf-8-sig").splitlines()
        head, *rows = (line.split(",") for line in lines)
        at = head.index("voxels")
        told = {int(row[0]): int(row[at]) for row in rows if int(row[at])}
        assert told == self.plain.voxels

    # Superpixels

    @rule(count=st.sampled_from([4, 20, 40]))
    def partition(self, count):
        self.does("partition", WISH._replace(count=count))
        splits = self.session.state.case.history.splits
        name = self.name_of_partition()
        if name not in self.plain.bases:
            assert all(split.partition != name for split in splits)
        self.plain.note_partition(name, self.ids_of_session())

    @rule(at=st.tuples(*[st.integers(-1, 12)] * 3))
    def move(self, at):
        self.does("move", at)
        i, j, k = (min(max(n, 0), size - 1) for n, size in zip(at, SHAPE, strict=True))
        self.plain.cursor = i, j, k

    # Reloads, take-overs and kills

    @rule()
    def reopen(self):
        self.does_close()
        self.open()
        if self.plain.is_untouched:  # then nothing is kept, not even where one looked
            self.plain = self.fresh()
        self.begin_moments()

    def does_close(self):
        with set_curdoc(self.page.document):
            self.session.close()
        self.session.end()
        self.cases.close()

    @rule()
    def take_over(self):
        """Another server opens the case, reads only, and then takes it from this one."""
        before = self.session, self.cases
        self.open()
        assert not self.session.held
        self.does("take_over")
        assert self.session.held
        before[0].end()
        before[1].close()
        self.begin_moments()

    @rule(back=st.integers(0, 5), torn=st.integers(0, TORN))
    def kill(self, back, torn):
        """The server is killed while it writes a record: what was there before comes back."""
        size, plain = self.moments[-1 - back % len(self.moments)]
        self.lives += 1
        copy = self.folder / f"data-{self.lives}"
        shutil.copytree(self.root, copy)
        self.does_close()
        self.root = copy
        path = recovery.journals(self.case_folder)[0]
        path.write_bytes(path.read_bytes()[: size + torn])
        self.plain = plain.copy()
        self.open()
        if not self.session.held:  # this process lives still, and is named there as who writes
            self.does("take_over")
        self.begin_moments()

    @property
    def case_folder(self):
        return next(path.parent for path in self.root.rglob("*.journal"))

    def begin_moments(self):
        self.moments = []
        self.note_moment()

    def note_moment(self):
        size = recovery.journals(self.case_folder)[0].stat().st_size
        if not self.moments or size > self.moments[-1].size:
            self.moments.append(Moment(size, self.plain.copy()))
        del self.moments[:-6]

    # What must hold after each step

    @invariant()
    def is_what_it_should_be(self):
        session, plain = self.session, self.plain
        assert_array_equal(session.labels.read(ALL), plain.labels)
        assert_array_equal(self.ids_of_session(), plain.ids)
        assert dict(+session.labels.voxels) == plain.voxels
        assert {row.value: Row(*row[1:]) for row in session.table} == plain.table
        assert [row.value for row in session.table] == sorted(plain.table)
        assert (len(session.history[0]), session.history[1]) == (len(plain.edits), plain.done)
        assert (session.label, session.cursor) == (plain.chosen, plain.cursor)
        self.note_moment()

    @invariant()
    def the_page_was_told(self):
        page, plain = self.page, self.plain
        assert_array_equal(page.arrays["labels"], plain.labels)
        assert_array_equal(page.arrays["ids"], plain.ids)
        rows = {n: Row(*map(row.get, Row._fields)) for n, row in page.rows.items()}
        assert rows == plain.table
        told = {n: row["voxels"] for n, row in page.rows.items() if row["voxels"]}
        assert told == {n: m for n, m in plain.voxels.items() if n in plain.table}
        assert (len(page.titles), page.done) == (len(plain.edits), plain.done)
        assert page.state["label"] == plain.chosen
        assert page.kept["pending"] == 0
        assert page.kept["held"]


class RandomStoredSession(RandomSession):
    """The same on a volume on disk, in tiny chunks."""

    def open_volume(self):
        if self.stored is None:
            self.stored = store_volume(read_volume(self.content, "small"), self.folder / "cache")
        self.session.opening.resume(self.stored, "Opening")

    def ids_of_session(self):
        return self.session.superpixels.ids_array()[ALL]
