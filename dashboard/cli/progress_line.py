"""How far a command is, in one line of a terminal."""

from __future__ import annotations

from typing import TextIO


class Telling:
    """Takes fractions and words, as kernels report them, and writes one line anew each time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._text, self._percent = stream, "", 0

    def __call__(self, fraction: float) -> None:
        """Tell that a fraction is done."""
        percent = int(100 * fraction)
        if percent != self._percent:
            self._percent = percent
            self._show()

    def say(self, text: str) -> None:
        """Tell what is being done."""
        self._text = text
        self._show()

    def end(self) -> None:
        """Take the line away."""
        self._write("")

    def _show(self) -> None:
        self._write(f"{self._percent:3} %  {self._text}")

    def _write(self, line: str) -> None:
        self._stream.write(f"\r\x1b[K{line}")
        self._stream.flush()
