"""Twenty scripted annotators at one server: from the stroke to its acknowledgement."""

from __future__ import annotations

import asyncio
import tempfile
from functools import partial
from pathlib import Path

import nibabel as nib

from benchmarks.figure import Figure
from dashboard import demo
from tests.scripted.crowd import annotate, different_volumes
from tests.scripted.probed_server import ProbedServer

ANNOTATORS, MINUTES = 20, 10.0
P95_MS, P99_MS, BLOCK_MS = 250, 600, 50


def figures(annotators: int = ANNOTATORS, minutes: float = MINUTES) -> list[Figure]:
    """Let a crowd stroke once a second each on the demo, one partition after the other beside.

    The annotators share one process, which takes a share of the cores from the server.
    """
    with tempfile.TemporaryDirectory() as folder:
        image = nib.load(demo.PATH)
        first, *files = different_volumes(image, Path(folder), annotators + 1)
        server = ProbedServer(first, Path(folder) / "server.log").wait()
        try:
            asyncio.run(annotate(server.url, files[:1], 5))  # compiled, warm
            forget = partial(server.ask, "blocks")  # what it took to let them in
            crowd = asyncio.run(annotate(server.url, files, 60 * minutes, began=forget))
            blocks = server.ask("blocks")
        finally:
            server.stop()
    for error in crowd.errors[:5]:
        print(f"  error: {error}")
    for seconds, name in blocks[:8]:
        print(f"  the event loop was kept {1000 * seconds:.0f} ms by {name}")
    waits = [1000 * wait for wait in crowd.waits]
    what = f"{annotators} annotators, a stroke a second: stroke → acknowledged"
    return [
        Figure(what, waits, "ms"),
        Figure(what, waits, "ms", percentile=95, at_most=P95_MS),
        Figure(what, waits, "ms", percentile=99, at_most=P99_MS),
        Figure(what, waits, "ms", percentile=100),
        Figure("errors", [len(crowd.errors)], "", at_most=0),
        Figure("longest callback of the event loop", [1000 * blocks[0][0]], "ms", at_most=BLOCK_MS),
    ]
