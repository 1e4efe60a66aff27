"""What leaves: labels, superpixels and the volume as NIfTI, the table of labels as text."""

from __future__ import annotations

from concurrent.futures import Future

from dashboard.notices import Refused
from dashboard.open_case import OpenCase
from dashboard.order import finished
from workers import labels_tsv, nifti


class Exporting(OpenCase):
    """The verbs that hand files out; parameters as of `OpenCase`."""

    def export_labels(self) -> Future:
        """Start to write the labels as NIfTI; the future holds the bytes."""
        if not +self.labels.voxels:
            raise Refused("Nothing is labelled yet: draw a stroke first.")
        return self._executor.submit(
            nifti.encode_labels, self.labels.data.copy(), self.volume.header
        )

    def export_table(self) -> Future:
        """Write the names and colours of the labels as BIDS ``_dseg.tsv``."""
        self._opened()
        return finished(labels_tsv.encode(self.table).encode())

    def export_superpixels(self) -> Future:
        """Start to write the superpixels' ids as NIfTI; the future holds the bytes."""
        if self.superpixels is None:
            raise Refused("There are no superpixels yet: press Partition first.")
        return self._executor.submit(nifti.encode_labels, self.superpixels.ids, self.volume.header)

    def export_volume(self) -> Future:
        """Start to write the volume as NIfTI; the future holds the bytes."""
        self._opened()
        return self._executor.submit(nifti.encode_volume, self.volume.data, self.volume.header)
