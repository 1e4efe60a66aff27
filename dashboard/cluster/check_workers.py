"""Which workers of a cluster are fit: each is looked at before it is counted on."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cluster import push_kernels
from dashboard.cluster.by_value import send_with_code
from dashboard.cluster.dask_internals import (
    plugins_and_clients,
    scheduler_versions,
    worker_versions,
)
from dashboard.cluster.worker_facts import (
    PACKAGES,
    Facts,
    bounds,
    describe,
    differences,
    digest,
    find_kernels,
    kernels_trouble,
    ours,
    trouble,
)

if TYPE_CHECKING:
    from distributed import Client

ANSWER_S = 5.0
ASKED = [*PACKAGES, "supervox"]
OF_SCHEDULER = ("distributed", "cloudpickle", "msgpack")
log = logging.getLogger("supervox")

send_with_code(__name__)


class WorkerCheck:
    """Looks at the scheduler once and at each worker when it comes; all awaits run on its loop.

    Parameters
    ----------
    client : Client
        Connected.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ours, self._bounds = ours(), bounds()
        self._name = f"{push_kernels.PREFIX}{self._ours.content}-{client.id}"
        self._fit: set[str] = set()

    @property
    def content(self) -> str:
        """Digest of the kernels that this process has, and workers must have."""
        return self._ours.content

    async def greet(self) -> None:
        """Look at the scheduler and the workers, and have our kernels sent to those without.

        Raises
        ------
        OSError
            With a sentence: it cannot work with us, or other servers of another version use it.
        """
        facts = describe(await scheduler_versions(self._client, ASKED))
        scheduler = facts._replace(packages={each: facts.packages[each] for each in OF_SCHEDULER})
        reasons = [self._trouble("Dask scheduler", scheduler)]
        reasons += [self._trouble(*each) for each in (await self._versions()).items()]
        if reason := next(filter(None, reasons), ""):
            raise OSError(reason)
        plugins, clients = await self._client.run_on_scheduler(
            plugins_and_clients, push_kernels.PREFIX
        )
        for name in plugins:
            await self._consider(name, clients)
        await self._client.register_plugin(
            push_kernels.KernelsPlugin(self.content, push_kernels.pack()), self._name
        )

    async def _consider(self, plugin: str, clients: list[str]) -> None:
        """Take back what a server sent that is gone; refuse beside one of another version."""
        content, _, owner = plugin.removeprefix(push_kernels.PREFIX).partition("-")
        if owner not in clients:
            await self._client.unregister_worker_plugin(plugin)
        elif content != self.content:
            raise OSError(
                "A supervox server of another version uses this Dask cluster: let both have the "
                "same version, or give each a cluster of its own."
            )

    async def part(self) -> None:
        """Take back what `greet` had the scheduler send; workers keep what they have."""
        await self._client.unregister_worker_plugin(self._name)

    async def examine(self, addresses: Iterable[str]) -> str:
        """Look at workers that were not yet seen; return a sentence if one is not fit.

        One that does not answer is asked again the next time.
        """
        addresses = set(addresses)
        self._fit &= addresses
        if not (new := addresses - self._fit):
            return ""
        try:
            return await asyncio.wait_for(self._look_at(sorted(new)), ANSWER_S)
        except TimeoutError:
            return ""

    async def _look_at(self, new: list[str]) -> str:
        facts = await self._versions(new)
        for name, theirs in facts.items():
            if reason := self._trouble(name, theirs):
                return reason
        kernels = await self._client.run(kernels_here, workers=new, on_error="ignore")
        for address, (folder, content) in kernels.items():
            name = f"Dask worker {address}"
            if name not in facts:  # it was only just up
                continue
            theirs = facts[name]._replace(folder=folder, content=content)
            if reason := kernels_trouble(name, theirs, self._ours):
                return reason
            self._fit.add(address)
            self._note(name, theirs)
        return ""

    async def _versions(self, addresses: list[str] | None = None) -> dict[str, Facts]:
        answers = await worker_versions(self._client, ASKED, addresses)
        return {f"Dask worker {address}": describe(answer) for address, answer in answers.items()}

    def _trouble(self, name: str, theirs: Facts) -> str:
        return trouble(name, theirs, self._ours, self._bounds)

    def _note(self, name: str, theirs: Facts) -> None:
        if differs := differences(theirs, self._ours):
            log.info("The %s has %s.", name, differs)

    async def blind(self, token: Path) -> list[str]:
        """Return the addresses of workers that do not see a file, or cannot write beside it."""
        seeing = await self._client.run(sees, str(token), on_error="return")
        return sorted(address for address, answer in seeing.items() if answer is not True)


# Sent to the workers


async def kernels_here() -> tuple[str, str]:
    """Return the folder of `workers` and the digest of its sources; "" for what there is not."""
    folder = await asyncio.to_thread(find_kernels)
    return folder, await asyncio.to_thread(digest, folder) if folder else ""


async def sees(token: str) -> bool:
    """Whether a file is there, and another may be written beside it."""
    return await asyncio.to_thread(_sees, Path(token))


def _sees(token: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=token.parent):
            return token.is_file()
    except OSError:
        return False
