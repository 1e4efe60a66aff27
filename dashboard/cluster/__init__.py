"""Where kernels run: a Dask cluster, and threads of this process."""
