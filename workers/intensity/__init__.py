"""Intensities of a scan: what they tell, and how they are shown."""
