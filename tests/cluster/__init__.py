"""A package to pytest, so that the cluster its tests share ends with them."""
