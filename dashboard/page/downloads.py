"""The buttons that hand files to the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future

import panel_material_ui as pmui

from dashboard.page import theme
from dashboard.page.panel_internals import FileButton
from dashboard.page.workbench import Workbench
from dashboard.session.session import Session

ONE_MESSAGE = 5 << 20  # FileDownload sends base64 in one message; a proxy may cut at 8 MB


class Download(FileButton):
    """A FileDownload whose file is made on the executor, and which may say that there is none.

    Parameters
    ----------
    label : str
        What the button says.
    session : Session
        Told when there is nothing to download.
    bench : Workbench
        Takes what is too big for one message, in pieces.
    export : callable
        Returns a future of the bytes, or raises ValueError with a sentence.
    ending : str
        Of the file's name, after the volume's.
    """

    def __init__(
        self,
        label: str,
        session: Session,
        bench: Callable[[], Workbench],
        export: Callable[[], Future],
        ending: str,
        **params,
    ) -> None:
        self._session, self._bench = session, bench
        self._export, self._ending = export, ending
        super().__init__(
            label=label, filename=ending, callback=self.make, auto=True, size="small", **params
        )

    async def make(self) -> None:
        """Make the file and send it; the browser saves it when `data` changes.

        The page tells of the work in its own line; a button that is set to loading and back at
        once was now and then left disabled by the browser.
        """
        try:
            # The name belongs to what is exported now; another volume may be open when it is made.
            future = self._export()
            name = f"{self._session.volume.name}{self._ending}"
            content = await asyncio.wrap_future(future)
        except ValueError as nothing:
            self._session.tell(str(nothing), "info")
            return
        except Exception as error:  # noqa: BLE001 - the page is told, as of any job
            self._session.tell(f"The file could not be made: {error}")
            return
        if content is None:  # the session has said why
            return
        if len(content) > ONE_MESSAGE:
            self._bench().send_file(name, content)
            return
        self.give(name, content)


def main_download(session: Session, bench: Callable[[], Workbench]) -> Download:
    """Return the button in the page's bar."""
    return Download(
        "Download labels",
        session,
        bench,
        session.export_labels,
        "_dseg.nii.gz",
        sx=theme.STRONG,
        margin=0,
    )


def other_downloads(session: Session, bench: Callable[[], Workbench]) -> pmui.FlexBox:
    """Return the quiet buttons at the foot of the side panel."""
    quiet = {"sx": theme.SMALL, "margin": 2}

    def button(label: str, export: Callable, ending: str) -> Download:
        return Download(label, session, bench, export, ending, **quiet)

    return pmui.FlexBox(
        button("Download volume", session.export_volume, ".nii.gz"),
        button("Download superpixels", session.export_superpixels, "_superpixels.nii.gz"),
        button("Download label table", session.export_table, "_dseg.tsv"),
        button("Download statistics", session.export_statistics, "_statistics.csv"),
        margin=(3, 6),
    )
