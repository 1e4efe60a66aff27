"""Volumes that were converted once, with their partitions, and the room that they take."""
