"""``make dist``: build wheel and sdist, look into them, and try the wheel as its first user would.

For each Python a clean environment gets the wheel and what it needs from the index; then the page,
``supervox partition`` and ``supervox stats`` have to work there, away from this checkout.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.release.contents import strange_in_sdist, strange_in_wheel
from tests.release.installed import Installed
from tests.release.pythons import among

ROOT = Path(__file__).parents[2]
DIST = ROOT / "dist"


def main(names: list[str]) -> None:
    """Build, check and try; the first thing that is wrong ends it with a sentence."""
    there = among(names)
    for name in sorted(set(names) - set(there)):
        say(f"{name}: is not on this machine, or does not run; it is left out")
    if not there:
        sys.exit(f"Expected one of {', '.join(names)} at least, with venv; name others in PYTHONS.")
    wheel, sdist = built()
    check(wheel, sdist)
    for name in there:
        with tempfile.TemporaryDirectory(prefix="supervox-release-") as scratch:
            try_with(name, wheel, Path(scratch))
    say(f"{wheel.name} and {sdist.name} are in dist/, tried with {', '.join(there)}")


def say(step: str) -> None:
    """Tell what is being done."""
    sys.stdout.write(f"dist: {step}\n")
    sys.stdout.flush()


def run(*command: object) -> str:
    """Return what a command writes; end, and show that, if it fails."""
    done = subprocess.run(
        [str(each) for each in command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n`{' '.join(map(str, command))}` failed ({done.returncode}).")
    return done.stdout


def built() -> tuple[Path, Path]:
    """Return the wheel and the sdist; the wheel is made from the sdist."""
    say("building the sdist, and the wheel from it")
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", DIST)
    (wheel,), (sdist,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    return wheel, sdist


def check(wheel: Path, sdist: Path) -> None:
    """Look whether an index would take them, and whether they hold what they should."""
    say("twine check --strict")
    run(sys.executable, "-m", "twine", "check", "--strict", wheel, sdist)
    say("check-wheel-contents")
    run(sys.executable, "-m", "check_wheel_contents", wheel)
    say("comparing what they hold with what git knows")
    tracked = set(run("git", "ls-files").splitlines())
    wrong = [*strange_in_wheel(wheel, tracked), *strange_in_sdist(sdist, tracked)]
    if wrong:
        sys.exit("\n".join(wrong))
    if changed := run("git", "status", "--porcelain"):
        say(f"not committed, so not a release of what git knows:\n{changed.rstrip()}")


def try_with(python: str, wheel: Path, scratch: Path) -> None:
    """Install the wheel with a Python and use it."""
    # Playwright and NIfTI are of no use to who only looks at what was built.
    from tests.release.smoke import first_use

    say(f"{python}: installing into a clean environment")
    installed = Installed(python, wheel, scratch)
    say(f"{python}: {installed.version()}")
    for told in first_use(installed):
        say(f"{python}: {told}")


if __name__ == "__main__":
    main(sys.argv[1:])
