"""What is kept of an annotation on disk: its journal, its lease, its history."""
