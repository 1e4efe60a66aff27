"""Figures of the kernels and the page: ``python -m benchmarks [NAME…]``."""
