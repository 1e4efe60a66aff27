"""Where an open volume lies: in memory, or on disk."""
