"""The workers of one cluster: each is looked at before it is counted on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from dashboard.cluster import push_kernels as push
from dashboard.cluster.fitness import differences, kernels_trouble, trouble
from dashboard.cluster.worker_facts import PACKAGES, Facts, bounds, describe, digester, finder, ours

if TYPE_CHECKING:
    from distributed import Client

ANSWER_S = 5.0
ASKED = [*PACKAGES, "supervox"]
OF_SCHEDULER = ("distributed", "cloudpickle", "msgpack")
log = logging.getLogger("supervox")


class Roll:
    """Which workers are fit; what it awaits runs on Dask's loop.

    Parameters
    ----------
    client : Client
        Connected.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ours, self._bounds = ours(), bounds()
        self._name = f"{push.PREFIX}{self._ours.content}-{client.id}"
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
        facts = describe(await self._client.scheduler.versions(packages=ASKED))
        scheduler = facts._replace(packages={each: facts.packages[each] for each in OF_SCHEDULER})
        said = [self._trouble("Dask scheduler", scheduler)]
        said += [self._trouble(*each) for each in (await self._versions()).items()]
        if found := next(filter(None, said), ""):
            raise OSError(found)
        plugins, clients = await self._client.run_on_scheduler(_plugin_asker())
        for name in plugins:
            await self._consider(name, clients)
        await self._client.register_plugin(push.plugin(self.content), self._name)

    async def _consider(self, plugin: str, clients: list[str]) -> None:
        """Take back what a server sent that is gone; refuse beside one of another version."""
        content, _, owner = plugin.removeprefix(push.PREFIX).partition("-")
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
            if said := self._trouble(name, theirs):
                return said
        kernels = await self._client.run(_kernels_asker(), workers=new, on_error="ignore")
        for address, (folder, content) in kernels.items():
            name = f"Dask worker {address}"
            if name not in facts:  # it was only just up
                continue
            theirs = facts[name]._replace(folder=folder, content=content)
            if said := kernels_trouble(name, theirs, self._ours):
                return said
            self._fit.add(address)
            self._note(name, theirs)
        return ""

    async def _versions(self, addresses: list[str] | None = None) -> dict[str, Facts]:
        asking = {"op": "versions", "packages": ASKED}
        answers = await self._client.scheduler.broadcast(
            msg=asking, workers=addresses, on_error="ignore"
        )
        return {f"Dask worker {address}": describe(answer) for address, answer in answers.items()}

    def _trouble(self, name: str, theirs: Facts) -> str:
        return trouble(name, theirs, self._ours, self._bounds)

    def _note(self, name: str, theirs: Facts) -> None:
        if differs := differences(theirs, self._ours):
            log.info("The %s has %s.", name, differs)


def _kernels_asker() -> Callable:
    find, digest = finder(), digester()

    async def ask() -> tuple[str, str]:
        import asyncio

        folder = await asyncio.to_thread(find)
        return folder, await asyncio.to_thread(digest, folder) if folder else ""

    return ask


def _plugin_asker() -> Callable:
    prefix = push.PREFIX

    def ask(dask_scheduler) -> tuple[list[str], list[str]]:
        names = [name for name in dask_scheduler.worker_plugins if name.startswith(prefix)]
        return names, [*dask_scheduler.clients]

    return ask
