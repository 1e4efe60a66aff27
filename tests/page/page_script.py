"""The sources of the page's script, and Node, which runs them with the packages of `make test`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from dashboard.page.script import HERE

NODE = Path(sys.executable).with_name("node")
FOLDERS = ("core", "stores", "slices", "drawing", "panels", "surfaces")
TESTS = (".test.ts", ".fake.ts")


def sources():
    """The text of each module, without tests, by its path in the script's folder."""
    found = (path for folder in FOLDERS for path in sorted((HERE / folder).glob("*.ts*")))
    return {
        path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8")
        for path in found
        if not path.name.endswith(TESTS)
    }


def node(*words, given=None):
    """What Node writes in the script's folder, told some words, given text.

    Raises
    ------
    AssertionError
        With all that it writes, if it fails.
    """
    assert (HERE / "node_modules").is_dir(), "`make test` installs what the page is built with"
    done = subprocess.run(
        [str(each) for each in (NODE, *words)],
        cwd=HERE,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
