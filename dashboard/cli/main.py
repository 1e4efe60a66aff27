"""The ``supervox`` command: serve the page, partition and measure without one, mind the cache."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.metadata
import json
import os
import sys
import tempfile
from concurrent.futures import BrokenExecutor, Executor
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli import cache, printing, serve_options, stats
from dashboard.cli import partition as batch
from dashboard.cli.progress_line import Telling
from dashboard.cluster import address
from dashboard.cluster.address import Where
from dashboard.server import access, secret
from dashboard.volumes.data_folder import is_volume

if TYPE_CHECKING:
    from dashboard.shared import Shared

APP = Path(__file__).parents[1] / "app.py"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    return printing.guarded(lambda: _run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        given = build_parser().parse_args(arguments)
    except SystemExit as ended:  # help, the version, or what is no command: argparse has said it
        printing.put("")
        raise ended from None
    return given.run(given)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    parser = argparse.ArgumentParser("supervox", description="Label volumes over superpixels.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve_parser = commands.add_parser("serve", help="serve the page on this machine")
    serve_options.add_to(serve_parser)
    access.add_to(serve_parser)
    serve_parser.set_defaults(run=serve)
    partition_parser = commands.add_parser("partition", help="write a volume's superpixels")
    batch.add_to(partition_parser)
    address.add_to(partition_parser, "this process")
    partition_parser.set_defaults(run=partition)
    stats_parser = commands.add_parser("stats", help="write the statistics of a label map")
    stats.add_to(stats_parser)
    stats_parser.set_defaults(run=stats.run)
    cache_parser = commands.add_parser("cache", help="list what is kept of large volumes")
    cache.add_to(cache_parser)
    cache_parser.set_defaults(run=cache.run)
    return parser


def version() -> str:
    """Return the version that is installed; a sentence where nothing is, as in a bare checkout."""
    try:
        return importlib.metadata.version("supervox")
    except importlib.metadata.PackageNotFoundError:
        return "is not installed, so its version is not known"


def serve(given: argparse.Namespace) -> int:
    """Serve the page until interrupted, to this account alone unless there is a login."""
    try:
        asked = serve_options.resolve(given)
        if not (asked.file.is_file() or is_volume(asked.file)):
            raise ValueError(f"Expected a volume; there is none at {asked.file}.")
        keys = secret.take()
        prepare(asked.data_root)
        wanted = access.plan(from_environment(given), keys.password)
        all_pages = start_early(asked)
        # Panel is slow to import, and only this command needs it.
        from dashboard.server import command

        announce(wanted)
        # Whoever read our address may have gone, and what Bokeh prints must not fail by that.
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
            command.serve(wanted, keys, APP, passed_on(asked), lambda: all_pages.executor.state)
    except ValueError as refused:
        printing.say([str(refused)])
        return 2
    return 0


def from_environment(given: argparse.Namespace) -> argparse.Namespace:
    """Add what Bokeh and Panel would take from the environment behind our back, and look at it."""
    allowed = os.environ.pop("BOKEH_ALLOW_WS_ORIGIN", "")
    given.allow_websocket_origin += [each for each in allowed.split(",") if each]
    given.oauth_provider = os.environ.pop("PANEL_OAUTH_PROVIDER", None) or given.oauth_provider
    return given


def announce(wanted: access.Plan) -> None:
    """Say where the page is."""
    printing.put(f"supervox: {wanted.address}\n")
    if wanted.has_login and not (wanted.certificate or wanted.behind_proxy or wanted.unix_socket):
        sys.stderr.write(
            "supervox: passwords travel unencrypted. Add --ssl-certfile and --ssl-keyfile, or "
            "--use-xheaders behind a proxy with TLS.\n"
        )


def prepare(data_root: Path) -> None:
    """Make the data folder, and say so if it cannot be written to: nothing is saved then.

    One can look at volumes and annotate them all the same, and it may be mended meanwhile.
    """
    try:
        data_root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=data_root) as probe:
            probe.write(b"supervox")
    except OSError as error:
        sys.stderr.write(
            f"supervox: labels are NOT SAVED: {data_root} cannot be written to "
            f"({error.strerror or error}). They are kept in memory until it can; or choose "
            "another folder with --data-root.\n"
        )


def start_early(asked: serve_options.Options) -> Shared:
    """Import what a page needs and start the cluster, so that the first visitor need not wait."""
    importlib.import_module("dashboard.page.page")
    process = importlib.import_module("dashboard.shared")
    return process.shared(asked.where, asked.data_root, asked.storage)


def passed_on(asked: serve_options.Options) -> list[str]:
    """Return what the app is told."""
    folder, limit, budget = asked.storage
    folders = {"--folder": asked.folder, "--folder-url": asked.folder_url or None}
    folders |= {"--data-root": asked.data_root, "--cache": folder}
    numbers = {"--cache-limit": limit, "--memory-budget": budget}
    given = [(name, value) for name, value in (folders | numbers).items() if value is not None]
    options = (str(each) for pair in given for each in pair)
    return [str(asked.file), *options, *asked.where.arguments()]


def partition(given: argparse.Namespace) -> int:
    """Write the superpixels of a volume, and print one JSON line about them."""
    telling = Telling(sys.stderr) if sys.stderr.isatty() else None
    try:
        with executor_at(address.resolve(given)) as executor:
            found = batch.partition_file(given, executor, telling)
    except (ValueError, BrokenExecutor) as refused:
        if telling:
            telling.end()
        printing.say([str(refused)])
        return 2
    finally:
        if telling:
            telling.end()
    printing.say(found["notes"])
    printing.put(json.dumps(found) + "\n")
    return 0


def executor_at(wanted: Where) -> contextlib.AbstractContextManager[Executor | None]:
    """Return the executor of a Dask cluster, or none.

    Raises
    ------
    ValueError
        With a sentence, if there is no function of the name that is given.
    """
    if wanted == Where():
        return contextlib.nullcontext()
    # Dask is slow to import, and only this needs it.
    from dashboard.cluster.executor import DaskExecutor

    return DaskExecutor.at(*wanted.ways())
