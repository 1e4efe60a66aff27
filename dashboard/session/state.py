"""What views see of a session: what is open, and what the user is told."""

from __future__ import annotations

import param

from dashboard.annotation.label_intensity import Intensity
from dashboard.annotation.label_map import LabelMap
from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.annotation.superpixels import Superpixels
from dashboard.cases.case import Case
from dashboard.session.autosave import Saved
from dashboard.session.backing.backing import Backing
from dashboard.session.document import Document
from dashboard.session.messages import Linked, Notice, Question, Refused
from dashboard.session.task import Job
from dashboard.volumes.channel import Channel, Weights
from dashboard.volumes.grid import Grid
from workers.superpixels.partition import usual_sigma_mm


class State(param.Parameterized):
    """Owns what views watch: what is open, what has changed, and what the user is told.

    Each parameter is written by the part of the session that knows of it; views only read.
    """

    volume = param.ClassSelector(class_=Grid, doc="What is open; None before the first.")
    channels = param.ClassSelector(
        class_=tuple, default=(), doc="The volumes of the series on its grid; it is the first."
    )
    superpixels = param.ClassSelector(
        class_=(Superpixels, StoredSuperpixels), doc="Its partition, if there is one."
    )
    table = param.ClassSelector(class_=tuple, default=(), doc="The labels, by value.")
    label = param.Integer(default=1, bounds=(1, 65535), doc="Label that a stroke gives.")
    job = param.ClassSelector(class_=Job, doc="What the user is waiting for, if anything.")
    notice = param.ClassSelector(class_=(Notice, Linked), doc="The latest sentence for the user.")
    question = param.ClassSelector(class_=Question, doc="What the user must choose.")
    held = param.Boolean(default=False, doc="Whether this page may change the labels.")
    saved = param.ClassSelector(class_=Saved, default=Saved(), doc="What is not on disk yet.")
    why_here = param.String(doc="Why the server does itself what workers are to do for a stroke.")

    change = param.Parameter(doc="The latest difference in the labels.")
    division = param.Parameter(doc="The latest difference in the superpixels of a partition.")
    place = param.Parameter(doc="The voxel (i, j, k) of what was last undone or done again.")

    def __init__(self) -> None:
        super().__init__()
        self.document: Document | None = None
        self.first_settings = Settings()

    def opened(self) -> Document:
        """Return what is open.

        Raises
        ------
        Refused
            With a sentence, if nothing is.
        """
        if self.document is None:
            raise Refused("No volume is open: press Open… and choose one.")
        return self.document

    @property
    def case(self) -> Case:
        """The case that is open; refused as `opened`."""
        return self.opened().case

    @property
    def backing(self) -> Backing:
        """Where what is open lies."""
        return self.opened().backing

    @property
    def labels(self) -> LabelMap:
        """The label map of the open volume."""
        return self.case.labels

    def intensity(self, label: int) -> Intensity | None:
        """Mean and spread of the intensity under a label; None where that is not known."""
        sums = self.case.sums
        return sums and sums.of(label)

    @property
    def revision(self) -> int:
        """Grows by one with each change of the labels."""
        return self.case.revision

    @property
    def history(self) -> tuple[tuple[str, ...], int]:
        """What each edit did, oldest first, and how many of them are in force."""
        history = self.case.history
        return history.titles, history.done

    @property
    def cursor(self) -> tuple[int, int, int]:
        """Voxel at which the three slices meet."""
        return self.case.cursor

    @property
    def settings(self) -> Settings:
        """How the open volume was, or is at first to be, partitioned."""
        settings = (self.document and self.case.settings) or self.first_settings
        if settings.sigma_mm is None and self.volume:
            return settings._replace(sigma_mm=usual_sigma_mm(self.volume.spacing))
        return settings

    @property
    def weights(self) -> Weights:
        """How much the volumes of the series counted in the last partition."""
        partitioned = self.document and self.case.partitioned
        return partitioned.weights if partitioned else ()

    @property
    def locked(self) -> tuple[int, ...]:
        """Values of the labels that are never painted over."""
        return self.case.index.locked

    def channel(self, name: str) -> Channel:
        """Return the volume of the series that is called so."""
        return next(channel for channel in self.channels if channel.name == name)

    @property
    def foreground_threshold(self) -> float | None:
        """Intensity above which the last partition took voxels as foreground."""
        return self.case.threshold

    def tell(self, text: str, kind: str = "error") -> None:
        """Show the user one sentence."""
        self.notice = Notice(text, kind)

    def forget_division(self) -> None:
        """Hold no superpixels of which the latest difference was told."""
        with param.parameterized.discard_events(self):
            self.division = None

    def forget(self) -> None:
        """Hold nothing of what was open; nobody looks any more."""
        self.document = None
        with param.parameterized.discard_events(self):
            self.volume = self.superpixels = self.question = self.change = self.division = None
            self.channels = ()
