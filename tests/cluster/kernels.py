"""Kernels that do nothing but what a test needs."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import CancelledError
from typing import NamedTuple

import cloudpickle

# Workers need not be able to import the tests.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


class Result(NamedTuple):
    """What a kernel returns that has several results."""

    first: object
    second: object
    third: object


def pid_of_worker():
    return os.getpid()


def address_of(array):
    return array.__array_interface__["data"][0], array.flags.writeable


def count_up(steps, pause, report=None):
    for step in range(steps):
        time.sleep(pause)
        report(step / steps)
    return steps


def hold(seconds):
    time.sleep(seconds)
    return os.getpid()


def hold_the_gil():
    return sum(range(10**12))


def give_in():
    raise CancelledError
