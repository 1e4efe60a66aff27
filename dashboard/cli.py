"""The ``supervox`` command: serve the page, or partition without one."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import socket
import sys
from concurrent.futures import BrokenExecutor, Executor
from pathlib import Path

from dashboard import batch, options

APP = Path(__file__).with_name("app.py")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    given = build_parser().parse_args(arguments)
    return given.run(given)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    parser = argparse.ArgumentParser("supervox", description="Label volumes over superpixels.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve_parser = commands.add_parser("serve", help="serve the page on this machine")
    options.add_to(serve_parser)
    serve_parser.add_argument("--port", type=int, default=5006, help="port (default: 5006)")
    serve_parser.set_defaults(run=serve)
    partition_parser = commands.add_parser("partition", help="write a volume's superpixels")
    batch.add_to(partition_parser)
    partition_parser.set_defaults(run=partition)
    return parser


def serve(given: argparse.Namespace) -> int:
    """Serve the page on loopback until interrupted."""
    asked = options.resolve(given)
    if not asked.file.is_file():
        sys.stderr.write(f"Expected a NIfTI file; there is none at {asked.file}.\n")
        return 2
    if not is_free(given.port):
        sys.stderr.write(f"Port {given.port} is taken: choose another with --port.\n")
        return 2
    # Panel is slow to import, and only this command needs it.
    from panel.command import main as panel

    start_early(asked)
    sys.argv = ["panel", "serve", str(APP), *serving(given.port), "--args", *passed_on(asked)]
    sys.stdout.write(f"supervox: http://127.0.0.1:{given.port}/\n")
    sys.stdout.flush()
    panel()
    return 0


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def start_early(asked: options.Options) -> None:
    """Import what a page needs and start the cluster, so that the first visitor need not wait."""
    importlib.import_module("dashboard.views.page")
    importlib.import_module("dashboard.process").shared(asked.scheduler)


def serving(port: int) -> list[str]:
    """Return Panel's options: this machine only."""
    origins = [f"127.0.0.1:{port}", f"localhost:{port}"]
    allowed = [part for origin in origins for part in ("--allow-websocket-origin", origin)]
    return ["--address", "127.0.0.1", "--port", str(port), *allowed]


def passed_on(asked: options.Options) -> list[str]:
    """Return what the app is told."""
    scheduler = ["--scheduler", asked.scheduler] if asked.scheduler else []
    folders = ["--folder", str(asked.folder), "--data-root", str(asked.data_root)]
    return [str(asked.file), *folders, *scheduler]


def partition(given: argparse.Namespace) -> int:
    """Write the superpixels of a volume, and print one JSON line about them."""
    try:
        with executor_at(given.scheduler) as executor:
            found = batch.partition_file(given, executor)
    except (ValueError, BrokenExecutor) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def executor_at(scheduler: str | None) -> contextlib.AbstractContextManager[Executor | None]:
    """Return the executor of a Dask scheduler, or none."""
    if scheduler is None:
        return contextlib.nullcontext()
    # Dask is slow to import, and only this needs it.
    from dashboard.cluster import DaskExecutor

    return DaskExecutor.connect(scheduler)


if __name__ == "__main__":
    sys.exit(main())
