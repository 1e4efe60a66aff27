"""How kernels are compiled: without the GIL, kept on disk where there is a place for it.

A compiled function calls only compiled functions of its own module: numba knows by that module's
file alone whether what it keeps on disk is out of date. None of them starts threads: `workers.team`
does, so that two kernels may run side by side in one process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numba.core.caching import FunctionCache


def compiled(function: Callable | None = None, **options: Any) -> Callable:
    """Compile a function with numba at its first call, or load it from numba's cache.

    The cache lies in ``__pycache__`` beside the module, or in the user's cache folder where that
    cannot be written to (``NUMBA_CACHE_DIR`` names another). Where neither can, each process
    compiles anew.

    Parameters
    ----------
    function : callable, optional
        What to compile; without it a decorator is returned. It may use constants of other modules:
        numbers, strings and tuples.
    **options
        More options of `numba.njit`.
    """
    if function is None:
        return lambda function: compiled(function, **options)
    kernel = njit(**({"nogil": True, "error_model": "numpy"} | options))(function)
    with contextlib.suppress(RuntimeError):  # numba found no folder that it could write to
        kernel._cache = _Cache(function)  # noqa: SLF001 - what njit(cache=True) does
    return kernel


class _Cache(FunctionCache):
    """Keeps apart what was compiled with other constants.

    They become part of the code, and those of another module may change while the file in which
    numba looks for a change stays the same.
    """

    def _index_key(self, sig: Any, codegen: Any) -> tuple:
        return (*super()._index_key(sig, codegen), _constants(self._py_func.__globals__))


def _constants(names: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    kinds = (int, float, complex, str, tuple, np.generic)
    return tuple(
        (name, repr(value))
        for name, value in sorted(names.items())
        if isinstance(value, kinds) and not name.startswith("__")
    )
