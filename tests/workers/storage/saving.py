"""Saves to one path again and again, until it is killed; tells each save that has returned.

Each content is known by its number: eight bytes of it, then as many bytes as `size` made of them.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from workers.storage import atomic_write


def content(number, size):
    """The bytes that are saved as the `number`-th."""
    return number.to_bytes(8, "little") + random.Random(number).randbytes(size)


def number_of(saved):
    """The number of a content; None if it is no whole one."""
    number = int.from_bytes(saved[:8], "little")
    return number if saved == content(number, len(saved) - 8) else None


def main(path, first, size):
    """Save and tell, without end."""
    number = first
    while True:
        atomic_write.replace(Path(path), content(number, size))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
