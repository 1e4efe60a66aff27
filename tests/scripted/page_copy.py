"""What a page holds of its case, kept up to date by what the server tells it."""

from __future__ import annotations

import zlib

import numpy as np


class PageCopy:
    """The volume, ids and labels of a page; what `bench.js` and `store.js` do with messages.

    Parameters
    ----------
    keep : collection of str
        Arrays to hold, of ``"volume"``, ``"ids"`` and ``"labels"``; the others are only counted.
        Labels are followed only if ids are held, too.
    """

    def __init__(self, keep=("volume", "ids", "labels")):
        self.keep = keep
        self.opened, self.state, self.job = None, None, None
        self.titles, self.done = [], 0
        self.arrays, self.complete = {}, set()
        self.revision = -1
        self.missed = False
        self._incoming = self._content = None

    def take(self, message):
        """Do what a message says; `missed` then tells whether labels must be asked for again."""
        getattr(self, f"_take_{message['kind']}", lambda _: None)(message)

    @property
    def shape(self):
        """Of the open volume."""
        return tuple(self.opened["shape"])

    def _take_open(self, message):
        self.opened = message
        self.arrays, self.complete, self.revision = {}, set(), -1

    def _take_begin(self, message):
        self._incoming = message
        if message["array"] in self.keep:
            size = message["length"] * np.dtype(message["dtype"]).itemsize
            self._content = bytearray(size)

    def _take_piece(self, message):
        if self._incoming["array"] in self.keep:
            part = zlib.decompress(message["data"])
            self._content[message["start"] : message["start"] + len(part)] = part

    def _take_end(self, _):
        name, revision = self._incoming["array"], self._incoming["revision"]
        if name in self.keep:
            values = np.frombuffer(self._content, self._incoming["dtype"])
            self.arrays[name] = values.reshape(self.shape)
        self.complete.add(name)
        if revision is not None:
            self.revision, self.missed = revision, False

    def _take_painted(self, message):
        if self._follows(message) and {"ids", "labels"} <= self.arrays.keys():
            ids = self.arrays["ids"]
            painted = np.zeros(int(ids.max()) + 1, bool)
            painted[message["ids"]] = True
            self.arrays["labels"][painted[ids]] = message["label"]

    def _take_patched(self, message):
        if not self._follows(message) or "labels" not in self.arrays:
            return
        values = np.frombuffer(zlib.decompress(message["data"]), "<u2")
        for i0, i1, j0, j1, k0, k1 in message["boxes"]:
            part = self.arrays["labels"][i0:i1, j0:j1, k0:k1]
            part[...] = values[: part.size].reshape(part.shape)
            values = values[part.size :]

    def _follows(self, message):
        self.missed = self.missed or message["revision"] > self.revision + 1
        if self.missed or message["revision"] <= self.revision:
            return False
        self.revision = message["revision"]
        return True

    def _take_state(self, message):
        self.state = message

    def _take_history(self, message):
        self.titles[message["start"] :] = message["titles"]
        self.done = message["done"]

    def _take_job(self, message):
        self.job = message["job"]
