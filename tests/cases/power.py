"""A disk that forgets what was not forced to it when the power is cut, in any order it likes.

The real calls are made too, so that whoever writes sees what a page cache shows. What counts as
there to stay follows POSIX: the content of a file by fsync or fdatasync of it, a name by fsync of
its folder; a rename is whole or has not happened. After a failed fsync the pages that it was about
count as clean: no later one forces them.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
from itertools import count
from pathlib import Path

from dashboard.cases import journal

SECTOR = 512


class Power:
    """Records what is done to the files of one folder, by the calls that supervox makes."""

    def __init__(self, monkeypatch):
        self.events = []
        self.failing = 0
        self._lock = threading.RLock()
        self._inodes, self._numbers = {}, count()
        self._real = {
            name: getattr(os, name)
            for name in ("open", "write", "pwrite", "ftruncate", "replace", "unlink")
        }
        for name in self._real:
            monkeypatch.setattr(os, name, getattr(self, name))
        monkeypatch.setattr(os, "fsync", self.sync)
        monkeypatch.setattr(journal, "_sync", self.sync)

    def note(self, *event):
        with self._lock:
            self.events.append(event)

    def open(self, path, flags, mode=0o777, **options):
        with self._lock:
            new = flags & os.O_CREAT and not Path(path).exists()
            descriptor = self._real["open"](path, flags, mode, **options)
            if new:
                inode = self._inodes[identity(os.fstat(descriptor))] = next(self._numbers)
                self.note("link", Path(path).name, inode)
            return descriptor

    def pwrite(self, descriptor, data, at):
        with self._lock:
            self.note("write", self._inode(descriptor), at, bytes(data))
            return self._real["pwrite"](descriptor, data, at)

    def ftruncate(self, descriptor, size):
        with self._lock:
            self.note("truncate", self._inode(descriptor), size)
            self._real["ftruncate"](descriptor, size)

    def replace(self, old, new, **options):
        with self._lock:
            inode = self._inodes[identity(Path(old).stat())]
            self._real["replace"](old, new, **options)
            self.note("rename", Path(old).name, Path(new).name, inode)

    def unlink(self, path, **options):
        with self._lock:
            self._real["unlink"](path, **options)
            self.note("unlink", Path(path).name)

    def sync(self, descriptor):
        with self._lock:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                self.note("sync folder")
            elif self.failing:
                self.failing -= 1
                self.note("fail", self._inode(descriptor))
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            else:
                self.note("sync", self._inode(descriptor))

    def write(self, descriptor, data):
        with self._lock:
            if identity(os.fstat(descriptor)) in self._inodes:
                at = os.lseek(descriptor, 0, os.SEEK_CUR)
                self.note("write", self._inode(descriptor), at, bytes(data))
            return self._real["write"](descriptor, data)

    def _inode(self, descriptor):
        return self._inodes[identity(os.fstat(descriptor))]


def identity(found):
    return found.st_dev, found.st_ino


class Disk:
    """What is on the disk after some of the events."""

    def __init__(self):
        self.sure, self.maybe, self.limbo = {}, {}, {}
        self.names, self.renames = {}, []

    def do(self, event):
        kind, *what = event
        if kind in ("write", "truncate"):
            self.maybe.setdefault(what[0], []).append((kind, *what[1:]))
        elif kind == "sync":
            for change in self.maybe.pop(what[0], ()):
                self.sure[what[0]] = changed(self.sure.get(what[0], b""), change)
        elif kind == "fail":
            self.limbo.setdefault(what[0], []).extend(self.maybe.pop(what[0], ()))
        elif kind == "sync folder":
            self.names, self.renames = renamed(self.names, self.renames), []
        elif kind != "saved":
            self.renames.append(event)

    def cut(self, rng, keep):
        """Return names and contents after a power cut that each unforced change survives by `keep`.

        A write survives whole, or but for some of its sectors.
        """
        kept = [change for change in self.renames if rng.random() < keep]
        names = renamed(self.names, kept)
        return {name: self._content(inode, rng, keep) for name, inode in names.items()}

    def _content(self, inode, rng, keep):
        content = self.sure.get(inode, b"")
        for change in [*self.limbo.get(inode, ()), *self.maybe.get(inode, ())]:
            if rng.random() < keep:
                content = changed(content, torn(change, rng, keep))
        return content


def torn(change, rng, keep):
    """A write of which some sectors are zeros."""
    if change[0] != "write" or rng.random() < keep:
        return change
    _, at, data = change
    lost = bytearray(data)
    for begin in range(-(at % SECTOR), len(data), SECTOR):
        if rng.random() > keep:
            part = slice(max(0, begin), max(0, begin + SECTOR))
            lost[part] = bytes(len(lost[part]))
    return "write", at, bytes(lost)


def changed(content, change):
    if change[0] == "truncate":
        return content[: change[1]].ljust(change[1], b"\0")
    _, at, data = change
    return content[:at].ljust(at, b"\0") + data + content[at + len(data) :]


def renamed(names, changes):
    found = dict(names)
    for kind, name, *what in changes:
        if kind == "link":
            found[name] = what[0]
            continue
        found.pop(name, None)
        if kind == "rename":
            found[what[0]] = what[1]
    return found
