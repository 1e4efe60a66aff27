"""Runs `panel serve` and answers questions about its process, one JSON line each.

``python probe.py <arguments of panel serve>``; a question is a line on standard input:
``census NAME…`` counts living objects of these classes, ``memory`` is the resident set in bytes,
``blocks`` the longest callbacks of the event loop since it was last asked, as (seconds, name).
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import threading
import time

import psutil

WORTH_S = 0.005
MOST = 2000


class Blocks:
    """How long callbacks kept the event loop, by the clock on the wall."""

    def __init__(self):
        self.longest = []
        self._run = asyncio.events.Handle._run

    def install(self):
        blocks = self

        def run(handle):
            began = time.perf_counter()
            try:
                return blocks._run(handle)
            finally:
                took = time.perf_counter() - began
                if took > WORTH_S:
                    blocks.note(took, handle)

        asyncio.events.Handle._run = run

    def note(self, took, handle):
        if len(self.longest) < MOST:
            self.longest.append((took, name_of(handle._callback)))

    def take(self):
        longest, self.longest = self.longest, []
        return sorted(longest, reverse=True)[:40]


def name_of(callback):
    """What a callback of the loop runs, as far as can be told."""
    task = getattr(callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        coroutine = task.get_coro()
        return getattr(coroutine, "__qualname__", str(coroutine))
    inner = getattr(callback, "func", callback)
    return getattr(inner, "__qualname__", str(inner)[:200])


def census(*names):
    for _ in range(3):
        gc.collect()
    found = dict.fromkeys(names, 0)
    for each in gc.get_objects():
        name = type(each).__name__
        if name in found:
            found[name] += 1
    return found


def answer_questions(blocks, answers):
    verbs = {
        "census": census,
        "memory": lambda: psutil.Process().memory_info().rss,
        "blocks": blocks.take,
    }
    for line in sys.stdin:
        verb, *words = line.split()
        answers.write(json.dumps(verbs[verb](*words)) + "\n")
        answers.flush()


def main():
    # What the server prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    blocks = Blocks()
    blocks.install()
    threading.Thread(target=answer_questions, args=(blocks, answers), daemon=True).start()
    from panel.command import main as panel

    sys.argv = ["panel", "serve", *sys.argv[1:]]
    panel()


if __name__ == "__main__":
    main()
