"""A package to pytest, so that the servers its tests share end with them."""
