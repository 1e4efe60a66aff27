"""Arrays of zarr that others have written, read without trust."""
