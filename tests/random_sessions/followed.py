"""A page that knows nothing but what it was told, of a volume in memory or on disk."""

from __future__ import annotations

from tests.page.test_page import Browser

ALL = (slice(None),) * 3


class Followed(Browser):
    """What the page's script holds after messages; slices on disk it reads where it is told to."""

    def __init__(self, session):
        self.rows, self.done, self.state, self.kept = {}, 0, None, None
        super().__init__(session)

    def hear_open(self, message):
        self.rows, self.titles, self.arrays = {}, [], {}
        self.is_sliced = message["source"] == "slices"

    def hear_rows(self, message):
        if message["fresh"]:
            self.rows = {}
        for row in message["rows"]:
            self.rows[row["value"]] = row
        for value in message["gone"]:
            del self.rows[value]

    def hear_history(self, message):
        super().hear_history(message)
        self.done = message["done"]
        del self.titles[message["count"] :]

    def hear_state(self, message):
        self.state = message

    def hear_kept(self, message):
        self.kept = message

    def hear_replaced(self, message):
        self.arrays["labels"] = self.session.labels.read(ALL)
        self.revision = message["revision"]

    def hear_stale(self, message):
        if self.follows(message):
            for i0, i1, j0, j1, k0, k1 in message["boxes"]:
                box = slice(i0, i1), slice(j0, j1), slice(k0, k1)
                self.arrays["labels"][box] = self.session.labels.read(box)

    def hear_partition(self, _):
        self.arrays["ids"] = self.session.superpixels.ids_array()[ALL]

    def hear_painted(self, message):
        if self.is_sliced:  # the page knows which slices of its own have them
            self.arrays["ids"] = self.session.superpixels.ids_array()[ALL]
        super().hear_painted(message)
