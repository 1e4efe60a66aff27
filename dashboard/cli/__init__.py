"""The commands of ``supervox``."""
