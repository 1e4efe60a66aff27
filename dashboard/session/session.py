"""The one mutable thing: what a user has open, and what they can do to it."""

from __future__ import annotations

from dashboard.session.messages import Notice, Question, Refused
from dashboard.session.partition import AUTOMATIC_VOXELS
from dashboard.session.series import Series

__all__ = ["AUTOMATIC_VOXELS", "Notice", "Question", "Refused", "Session"]


class Session(Series):
    """One user's open volume and everything done to it. Views watch it and call its verbs.

    Its parameters are those of `OpenCase`.
    """
