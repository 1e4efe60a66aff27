"""What the command line asks of a server."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

from dashboard import arguments, demo
from dashboard.cluster import address
from dashboard.cluster.address import Where
from dashboard.volumes.cache.store import Storage


@dataclass(frozen=True)
class Options:
    """Options of one server.

    Attributes
    ----------
    file : Path
        Volume to open first.
    folder : Path
        Where the page may open files.
    folder_url : str
        Where a browser finds what is in that folder; "" if nowhere.
    where : Where
        Where kernels run; by default on an embedded cluster.
    data_root : Path
        Where annotations are kept; it need not exist yet.
    storage : Storage
        Where volumes are kept that do not fit into the memory.
    """

    file: Path
    folder: Path
    folder_url: str
    where: Where
    data_root: Path
    storage: Storage


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options that both ``supervox serve`` and ``panel serve --args`` take."""
    parser.add_argument("file", nargs="?", type=Path, help="volume to open (default: the demo)")
    address.add_to(parser, "an embedded cluster of one process")
    parser.add_argument(
        "--folder",
        type=Path,
        help="where the page may open files (default: the volume's folder, or the home folder)",
    )
    parser.add_argument(
        "--folder-url",
        default="",
        metavar="URL",
        help="where a browser finds the files of that folder, as with JupyterLab; what is too big "
        "to be downloaded is then linked",
    )
    parser.add_argument(
        "--data-root",
        type=Path,
        metavar="FOLDER",
        help="where annotations are kept (default: your data folder of this system)",
    )
    add_storage_to(parser)


def add_storage_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of what does not fit into the memory, which more than one command takes."""
    parser.add_argument(
        "--memory-budget",
        type=arguments.gigabytes,
        metavar="GB",
        help="what a volume may take in memory; a larger one is turned once into a cache on disk "
        "(default: a quarter of the memory)",
    )
    add_cache_to(parser)
    parser.add_argument(
        "--cache-limit",
        type=arguments.gigabytes,
        metavar="GB",
        help="how large the cache may become (default: 200, or half of what its disk has for it)",
    )


def add_cache_to(parser: argparse.ArgumentParser) -> None:
    """Add the option that says where the cache is."""
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="FOLDER",
        help="where large volumes and their superpixels are kept (default: your cache folder of "
        "this system)",
    )


def cache(given: argparse.Namespace) -> Path:
    """Return where the cache is."""
    folder = given.cache or user_cache_path("supervox", appauthor=False)
    return folder.expanduser().absolute()


def storage(given: argparse.Namespace) -> Storage:
    """Return what `add_storage_to` has read."""
    return Storage(cache(given), given.cache_limit, given.memory_budget)


def parse(words: list[str]) -> Options:
    """Return what the words of a command line ask for.

    Raises
    ------
    ValueError
        As `resolve`.
    """
    parser = argparse.ArgumentParser("supervox")
    add_to(parser)
    return resolve(parser.parse_args(words))


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
        given.folder_url,
        address.resolve(given),
        kept.expanduser().absolute(),
        storage(given),
    )
