"""Processes that have loaded numba and compiled nothing of ours: forked, as to load it takes long.

``python -m`` runs the one they are forked from; it reads a line of JSON for each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import NamedTuple

from numba import njit

import workers.runtime.compiled  # noqa: F401 - what each child would load

ROOT = Path(__file__).parents[3]


class Ended(NamedTuple):
    """How a process ended, and what it printed."""

    status: int
    printed: str


class FreshPythons:
    """Runs scripts, each in a process of its own, in which all warnings are errors.

    They keep no bytecode, as Python cannot tell two versions of one second from each other.
    """

    def __init__(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "XDG_"))}
        self._first = subprocess.Popen(
            [sys.executable, "-B", "-W", "error", "-m", __name__],
            cwd=ROOT,
            env=kept,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, script, folder, environment):
        """Run a script that may import what lies in `folder`, and return how it ended."""
        asked = {"script": script, "folder": str(folder), "environment": environment}
        self._first.stdin.write(json.dumps(asked) + "\n")
        self._first.stdin.flush()
        return Ended(*json.loads(self._first.stdout.readline()))

    def close(self):
        """End the process from which all are forked."""
        self._first.stdin.close()
        self._first.wait(30)
        self._first.stdout.close()


def serve():
    """Fork a child for each line, and answer when it has ended."""
    njit(lambda n: n + 1)(1)  # what numba itself sets up at its first function
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_in_a_child(**json.loads(line))) + "\n")
        sys.stdout.flush()


def _in_a_child(script, folder, environment):
    reader, writer = os.pipe()
    if not (child := os.fork()):
        os.close(reader)
        os.dup2(writer, 1)
        os.chdir(folder)
        os.environ.update(environment)
        sys.path.insert(0, folder)
        os._exit(_succeeds(script))
    os.close(writer)
    with os.fdopen(reader) as stream:
        printed = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), printed


def _succeeds(script):
    """Run a script; returns the exit status."""
    try:
        exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})  # noqa: S102
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    serve()
