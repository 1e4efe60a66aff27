"""Files of volumes and of labels: NIfTI, TIFF, OME-Zarr, label tables."""
