"""NIfTI-1 and NIfTI-2: read, and written so that labels lie where the image lies."""
