"""Hosts on a network of their own: network namespaces on a bridge, which nothing else can reach.

The bridge, too, lies in a namespace, so that this machine's own network is never touched. Processes
end with the one that started them, and their namespaces then go, at the latest when the next
network is made.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

from tests.network.tools import path_of

NAMES = "supervox-"
KNOWN = Path("/run/netns")


def why_not():
    """Why no network can be made here, in a sentence; "" if it can."""
    if os.name != "posix" or os.geteuid():
        return "needs root, to make network namespaces"
    if missing := [name for name in ("ip", "setpriv") if not path_of(name)]:
        return (
            f"needs {' and '.join(missing)}: make test-network installs what is missing on Debian"
        )
    probe = f"{NAMES}{os.getpid()}-probe"
    tried = subprocess.run(
        [path_of("ip"), "netns", "add", probe], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        return f"cannot make network namespaces: {tried.stderr.strip()}"
    _remove(probe)
    return ""


class Host:
    """A machine of the network, or one that has none but its loopback."""

    def __init__(self, space, address=""):
        self.space, self.address, self._processes = space, address, []
        ip("netns", "add", space)
        ip("-n", space, "link", "set", "lo", "up")

    def start(self, command, **how):
        """Start a command there; it ends when this process does."""
        self._processes.append(subprocess.Popen([*self._inside(), *map(str, command)], **how))
        return self._processes[-1]

    def run(self, command, timeout=60, **how):
        """Run a command there, and wait for it; returns what it said."""
        heard = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = self.start(command, **heard, **how)
        said, complained = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(command, process.returncode, said, complained)

    def stop(self):
        """End all that was started there."""
        for process in self._processes:
            process.kill()
        for pid in _pids(self.space):  # what those have started
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        for process in self._processes:
            process.wait()
            for pipe in filter(None, (process.stdout, process.stderr)):
                pipe.close()
        self._processes.clear()

    def remove(self):
        """End all that runs there, and the host."""
        self.stop()
        _remove(self.space)

    def _inside(self):
        enter = [path_of("ip"), "netns", "exec", self.space]
        return [*enter, "setpriv", "--pdeathsig", "KILL", "--"]


class Network:
    """A switch, and hosts 10.77.0.1, 10.77.0.2 … on it, by name."""

    def __init__(self, *names):
        sweep()
        self._mine = f"{NAMES}{os.getpid()}"
        self._switch = Host(f"{self._mine}-switch")
        self.hosts = {}
        try:
            ip("-n", self._switch.space, "link", "add", "bridge", "type", "bridge")
            ip("-n", self._switch.space, "link", "set", "bridge", "up")
            for name in names:
                self._plug_in(name, f"10.77.0.{len(self.hosts) + 1}")
        except BaseException:
            self.remove()
            raise

    def __getitem__(self, name):
        return self.hosts[name]

    def _plug_in(self, name, address):
        host = self.hosts[name] = Host(f"{self._mine}-{name}", address)
        port, switch = f"to-{name}", self._switch.space
        ends = ["name", port, "type", "veth", "peer", "name", "eth0", "netns", host.space]
        ip("-n", switch, "link", "add", *ends)
        ip("-n", switch, "link", "set", port, "master", "bridge", "up")
        ip("-n", host.space, "address", "add", f"{address}/24", "dev", "eth0")
        ip("-n", host.space, "link", "set", "eth0", "up")

    def cut_off(self, name):
        """Pull a host's cable."""
        ip("-n", self._switch.space, "link", "set", f"to-{name}", "down")

    def bring_back(self, name):
        """Plug it in again."""
        ip("-n", self._switch.space, "link", "set", f"to-{name}", "up")

    def remove(self):
        """End all hosts, and the network."""
        for host in [*self.hosts.values(), self._switch]:
            host.remove()


def ip(*words):
    """Run ``ip``."""
    subprocess.run([path_of("ip"), *words], check=True)


def sweep():
    """Remove what was left by a process that was killed."""
    for space in KNOWN.glob(f"{NAMES}*-*") if KNOWN.is_dir() else ():
        owner = space.name.removeprefix(NAMES).partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            _remove(space.name)


def _pids(space):
    listed = subprocess.run(
        [path_of("ip"), "netns", "pids", space], capture_output=True, check=False
    )
    return [int(pid) for pid in listed.stdout.split()]


def _remove(space):
    subprocess.run([path_of("ip"), "netns", "del", space], check=False)
