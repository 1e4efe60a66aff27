"""Kernels: what scales with the volume. Arrays in, arrays out; they run on any executor.

A worker process imports this package and never the page, so nothing here knows of Panel or Dask.
Long-running kernels take ``report=None``, a callable ``report(fraction)`` that is told how far
they are (0 to 1, never backwards). It may raise `concurrent.futures.CancelledError`, which the
kernel lets through: that is how a kernel is cancelled.
"""
