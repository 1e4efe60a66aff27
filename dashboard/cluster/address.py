"""Where kernels run: on a cluster of others, or in processes of our own."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dashboard import arguments

SCHEMES = ("tcp", "tls", "ws", "wss", "ucx")


class Where(NamedTuple):
    """What the command line says of it; all None asks for the default.

    Attributes
    ----------
    address : str or None
        Of a Dask scheduler.
    file : Path or None
        A Dask scheduler's file, which names its address.
    function : str or None
        ``module:function`` of the user's, which returns a Dask cluster.
    workers : int or None
        How many worker processes are started here.
    """

    address: str | None = None
    file: Path | None = None
    function: str | None = None
    workers: int | None = None

    def arguments(self) -> list[str]:
        """Return the options that say the same."""
        pairs = zip(
            ("--scheduler", "--scheduler-file", "--cluster", "--workers"), self, strict=True
        )
        return [word for name, value in pairs if value is not None for word in (name, str(value))]

    def ways(self) -> tuple:
        """Return the same with the function itself.

        Raises
        ------
        ValueError
            With a sentence, if there is no such function.
        """
        return self if self.function is None else self._replace(function=loaded(self.function))


def add_to(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the options, of which at most one may be given; `default` is what is used without."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help=f"Dask scheduler to use: tcp://host:8786 or tls://host:8786 (default: {default})",
    )
    where.add_argument(
        "--scheduler-file", type=Path, metavar="FILE", help="file of the Dask scheduler to use"
    )
    where.add_argument(
        "--cluster",
        metavar="MODULE:FUNCTION",
        help="function of yours that returns the Dask cluster to use",
    )
    where.add_argument(
        "--workers", type=arguments.whole_number, metavar="N", help="worker processes to start here"
    )


def resolve(given: argparse.Namespace) -> Where:
    """Return what the options say.

    Raises
    ------
    ValueError
        With a sentence, if none can be meant.
    """
    if given.scheduler is not None and not is_address(given.scheduler):
        raise ValueError(
            "Expected the address of a Dask scheduler such as tcp://host:8786 or tls://host:8786; "
            f"got {given.scheduler}."
        )
    file = given.scheduler_file and given.scheduler_file.expanduser().absolute()
    if file is not None and not file.is_file():
        raise ValueError(f"Expected the file of a Dask scheduler; there is none at {file}.")
    if given.workers is not None and given.workers < 1:
        raise ValueError(f"Expected at least one worker process; got --workers {given.workers}.")
    where = Where(given.scheduler, file, given.cluster, given.workers)
    where.ways()
    return where


def is_address(text: str) -> bool:
    """Tell whether a text is an address that Dask can connect to."""
    try:
        parts = urlsplit(text)
        return parts.scheme in SCHEMES and bool(parts.hostname) and bool(parts.port)
    except ValueError:  # a port that is none
        return False


def loaded(name: str) -> Callable[[], Any]:
    """Return the function that ``module:function`` names; the module may lie in the current folder.

    Raises
    ------
    ValueError
        With a sentence, if there is none.
    """
    module, colon, function = name.partition(":")
    if not (module and colon and function):
        raise ValueError(f"Expected --cluster module:function; got {name}.")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        found = getattr(importlib.import_module(module), function, None)
    except Exception as error:  # whatever a module of the user's may raise
        raise ValueError(
            f"--cluster {name}: {module} cannot be imported ({type(error).__name__}: {error})."
        ) from error
    if not callable(found):
        raise ValueError(f"--cluster {name}: {module} has no function {function}.")
    return found
