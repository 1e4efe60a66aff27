"""What kernels stand on: compiling, threads, progress, boxes."""
