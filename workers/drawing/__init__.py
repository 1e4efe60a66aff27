"""From what was drawn to voxels and superpixels: strokes, brushes, outlines."""
