"""Imports in several threads of a new process."""

from __future__ import annotations

import threading

TURN = threading.Lock()
"""Held by a thread that imports what may be large. Of two threads that import the same packages at
once one may fail with a KeyError: Python takes a module out of its register for a moment, while
another thread looks there for the parent of what it imports."""
