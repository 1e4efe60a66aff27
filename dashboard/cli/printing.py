"""What a command prints and says: in UTF-8, and nothing of Python where that fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

INTERRUPTED = 130  # as a shell tells of Ctrl-C
CLOSED = 141  # and of a pipe that nobody reads any more
FULL = 1


class Unprinted(Exception):
    """What was to be printed could not be; `status` is with what the command ends."""

    def __init__(self, status: int, sentence: str = "") -> None:
        super().__init__(sentence)
        self.status = status


def put(text: str) -> None:
    """Print a text.

    Raises
    ------
    Unprinted
        If nobody reads it any more, or its disk is full.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise Unprinted(CLOSED) from None
    except OSError as error:
        said = f"What was found could not be printed ({error.strerror or error})."
        raise Unprinted(FULL, said) from None


def say(sentences: Iterable[str]) -> None:
    """Say sentences beside what is printed, each once."""
    with suppress(OSError):
        sys.stderr.writelines(f"{sentence}\n" for sentence in dict.fromkeys(sentences))
        sys.stderr.flush()


def guarded(command: Callable[[], int]) -> int:
    """Run a command; one that is interrupted, or cannot print, ends without a word of Python.

    Returns
    -------
    status : int
        Of the command, which is never 0 if something was not printed.
    """
    _in_utf8()
    try:
        status = command()
        put("")  # else what is still held would fail where nobody can say so
    except KeyboardInterrupt:
        say(["Interrupted."])
        return INTERRUPTED
    except Unprinted as failed:
        say(filter(None, [str(failed)]))
        _forget()
        return failed.status
    return status


def _in_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a stream of somebody else's
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _forget() -> None:
    """Let what could not be printed go, or Python would try again at its end."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
