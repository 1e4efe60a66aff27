"""Volumes, in memory or on disk: opened, read slice by slice, written."""
