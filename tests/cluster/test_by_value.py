"""What is sent to workers and schedulers of others runs where there is nothing of ours."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest
from distributed.protocol.pickle import dumps

from dashboard.cluster import check_workers, dask_internals, push_kernels, run_kernel
from dashboard.cluster.by_value import WithCode

BARE = """
import base64, pickle, sys
sys.path[:] = [each for each in sys.path if "site-packages" not in each] + {path!r}
assert not [each for each in sys.modules if each.startswith(("dashboard", "workers"))]
pickle.loads(base64.b64decode(sys.stdin.read()))
ours = [each for each in sys.modules if each.startswith(("dashboard", "workers"))]
assert not ours, ours
"""


@pytest.mark.parametrize(
    "sent",
    [
        WithCode(run_kernel.run_kernel),
        [{"in a message": WithCode(run_kernel.run_kernel)}],
        check_workers.kernels_here,
        check_workers.sees,
        dask_internals.plugins_and_clients,
        push_kernels.KernelsPlugin("0" * 16, b""),
    ],
    ids=["kernel", "nested", "kernels_here", "sees", "plugins", "plugin"],
)
def test_it_arrives_in_a_process_that_has_nothing_of_ours(sent, tmp_path):
    path = [each for each in sys.path if each.endswith("site-packages")]
    script = BARE.format(path=path)

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        input=base64.b64encode(dumps(sent)),
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )

    assert done.stderr.decode() == ""
    assert done.returncode == 0


def test_here_it_is_the_function_itself():
    assert WithCode(pow)(2, 5) == 32
