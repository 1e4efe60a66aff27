"""What the command line asks of a server."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from dashboard import demo, where
from dashboard.where import Where


@dataclass(frozen=True)
class Options:
    """Options of one server.

    Attributes
    ----------
    file : Path
        Volume to open first.
    folder : Path
        Where the page may open files.
    where : Where
        Where kernels run; by default on an embedded cluster.
    data_root : Path
        Where annotations are kept; it need not exist yet.
    """

    file: Path
    folder: Path
    where: Where
    data_root: Path


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options that both ``supervox serve`` and ``panel serve --args`` take."""
    parser.add_argument("file", nargs="?", type=Path, help="volume to open (default: the demo)")
    where.add_to(parser, "an embedded cluster of one process")
    parser.add_argument(
        "--folder",
        type=Path,
        help="where the page may open files (default: the volume's folder, or the home folder)",
    )
    parser.add_argument(
        "--data-root",
        type=Path,
        metavar="FOLDER",
        help="where annotations are kept (default: your data folder of this system)",
    )


def parse(arguments: list[str]) -> Options:
    """Return what `arguments` ask for.

    Raises
    ------
    ValueError
        As `resolve`.
    """
    parser = argparse.ArgumentParser("supervox")
    add_to(parser)
    return resolve(parser.parse_args(arguments))


def resolve(given: argparse.Namespace) -> Options:
    """Fill in what was not given.

    Raises
    ------
    ValueError
        With a sentence, if it does not say where kernels can run.
    """
    file = (given.file or demo.PATH).expanduser().absolute()
    home = file.parent if given.file else Path.home()
    kept = given.data_root or user_data_path("supervox", appauthor=False)
    return Options(
        file,
        (given.folder or home).expanduser().absolute(),
        where.resolve(given),
        kept.expanduser().absolute(),
    )
