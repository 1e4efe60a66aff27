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
from dashboard.session.messages import Linked, Notice, Question, Refused
from dashboard.session.task import Job
from dashboard.volumes.channel import Channel, Weights
from dashboard.volumes.grid import Grid
from workers.superpixels.partition import usual_sigma_mm


class State(param.Parameterized):
    """One user's open volume and its case, to be watched and read."""

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

    def __init__(self) -> None:
        super().__init__()
        self._case: Case | None = None
        self.first_settings = Settings()

    @property
    def labels(self) -> LabelMap:
        """The label map of the open volume."""
        return self._opened().labels

    def intensity(self, label: int) -> Intensity | None:
        """Mean and spread of the intensity under a label; None where that is not known."""
        sums = self._opened().sums
        return sums and sums.of(label)

    @property
    def revision(self) -> int:
        """Grows by one with each change of the labels."""
        return self._opened().revision

    @property
    def history(self) -> tuple[tuple[str, ...], int]:
        """What each edit did, oldest first, and how many of them are in force."""
        history = self._opened().history
        return history.titles, history.done

    @property
    def cursor(self) -> tuple[int, int, int]:
        """Voxel at which the three slices meet."""
        return self._opened().cursor

    @property
    def settings(self) -> Settings:
        """How the open volume was, or is at first to be, partitioned."""
        settings = (self._case and self._case.settings) or self.first_settings
        if settings.sigma_mm is None and self.volume:
            return settings._replace(sigma_mm=usual_sigma_mm(self.volume.spacing))
        return settings

    @property
    def weights(self) -> Weights:
        """How much the volumes of the series counted in the last partition."""
        return self._case.partitioned.weights if self._case and self._case.partitioned else ()

    def _channel(self, name: str) -> Channel:
        return next(channel for channel in self.channels if channel.name == name)

    @property
    def foreground_threshold(self) -> float | None:
        """Intensity above which the last partition took voxels as foreground."""
        return self._opened().threshold

    def tell(self, text: str, kind: str = "error") -> None:
        """Show the user one sentence."""
        self.notice = Notice(text, kind)

    def _opened(self) -> Case:
        if self._case is None:
            raise Refused("No volume is open: press Open… and choose one.")
        return self._case
