"""Whether the workers see a folder of ours, and may write there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Client


async def blind(client: Client, folder: Path) -> list[str]:
    """Return the addresses of workers that cannot read and write in `folder`, in order.

    A file with a random name tells: a folder of the same name may be there on another machine.
    """
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".supervox-") as token:
        seeing = await client.run(_looker(), token.name, on_error="return")
    return sorted(address for address, sees in seeing.items() if sees is not True)


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
