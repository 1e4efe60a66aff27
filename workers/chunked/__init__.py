"""The superpixels of a volume on disk: the same as in memory, chunk by chunk."""
