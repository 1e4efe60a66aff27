"""Whether the workers see a folder of ours, and may write there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Client


async def unseen(client: Client, folder: Path) -> str:
    """Return a sentence that names the workers which cannot read and write in `folder`; or "".

    A file with a random name tells: a folder of the same name may be there on another machine.
    """
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".supervox-") as token:
        seeing = await client.run(_looker(), token.name, on_error="return")
    blind = sorted(address for address, sees in seeing.items() if sees is not True)
    if not blind:
        return ""
    some = ", ".join(blind[:3]) + (" …" if len(blind) > 3 else "")
    return (
        f"{len(blind)} of {len(seeing)} Dask workers cannot read and write {folder} ({some}): "
        "choose with --cache a folder that all machines share."
    )


def _looker() -> Callable:
    async def look(token: str) -> bool:
        import asyncio
        import tempfile
        from pathlib import Path

        def sees() -> bool:
            try:
                with tempfile.TemporaryFile(dir=Path(token).parent):
                    return Path(token).is_file()
            except OSError:
                return False

        return await asyncio.to_thread(sees)

    return look
