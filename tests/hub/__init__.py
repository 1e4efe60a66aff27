"""A package to pytest, as its tests share one Hub."""
