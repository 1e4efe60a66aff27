"""A wheel in an environment of its own, used by somebody who has nothing else of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.serving import Server

OURS = ("PYTHON", "VIRTUAL_ENV", "NUMBA_", "XDG_", "DASK_", "BOKEH_", "PANEL_", "SUPERVOX_")
WHERE = (
    "import dashboard, dashboard.demo, workers, json; "
    "print(json.dumps([dashboard.__file__, workers.__file__, str(dashboard.demo.PATH)]))"
)


class Installed:
    """The wheel `wheel`, installed in `scratch` with the Python of a name; its home is empty.

    What it needs comes from the index, as for any user.
    """

    def __init__(self, python: str, wheel: Path, scratch: Path) -> None:
        self.scratch, self.wheel = scratch, wheel
        self.bin = scratch / "venv" / "bin"
        self.home = scratch / "home"
        self.home.mkdir()
        subprocess.run([python, "-m", "venv", self.bin.parent], check=True, env=self.environment())
        uv = [Path(sys.executable).with_name("uv"), "--system-certs", "pip", "install", "--quiet"]
        subprocess.run([*uv, "--python", self.bin / "python", wheel], check=True)
        *modules, demo = json.loads(self.run("python", "-c", WHERE))
        self.demo = Path(demo)
        for path in map(Path, modules):
            assert path.is_relative_to(self.bin.parent), f"{path} is not what was installed"

    def environment(self) -> dict[str, str]:
        """Return the environment of a user who has set nothing."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
        return kept | {"HOME": str(self.home)}

    def run(self, *command: object) -> str:
        """Return what one of its commands writes to standard output.

        Raises
        ------
        CalledProcessError
            If it fails; its errors go to ours.
        """
        name, *arguments = map(str, command)
        done = subprocess.run(
            [self.bin / name, *arguments],
            cwd=self.scratch,
            env=self.environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout

    def timed(self, *command: object) -> tuple[str, float]:
        """Return what a command writes, and how many seconds it took."""
        began = time.monotonic()
        return self.run(*command), time.monotonic() - began

    def version(self) -> str:
        """Return what ``supervox --version`` says, which is the wheel's own version."""
        said = self.run("supervox", "--version").strip()
        assert said == f"supervox {self.wheel.name.split('-')[1]}", said
        return said

    def serve(self, port: int | None = None) -> Server:
        """Start ``supervox serve`` on the demo."""
        return Server(
            self.demo,
            self.scratch / "server.log",
            port=port,
            command=[self.bin / "supervox"],
            environment=self.environment(),
        )
