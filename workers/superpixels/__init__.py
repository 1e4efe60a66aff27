"""From a volume in memory to its superpixels: foreground, smoothing, SLIC, connectivity."""
