"""What these tests need besides Python; on Debian, and as root, what is missing is installed.

`make test-network` runs this file. Without it, tests that lack something say so and are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess

PACKAGES = {"ip": "iproute2", "setpriv": "util-linux", "nginx": "nginx-light"}
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"  # not on everybody's PATH


def path_of(program):
    """Where a program is, or None."""
    return shutil.which(program, path=PATH)


def install():
    """Install the packages of what is missing; their servers are not started."""
    wanted = [package for program, package in PACKAGES.items() if not path_of(program)]
    if not wanted or os.geteuid() or not path_of("apt-get"):
        return
    how = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for words in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *wanted]):
        subprocess.run(["apt-get", *words], env=how, check=False)


if __name__ == "__main__":
    install()
