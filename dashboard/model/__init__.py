"""Plain values and small numpy: what is annotated, and what has been done to it."""
