"""A wire between browser and server that a test can cut."""

from __future__ import annotations

import contextlib
import socket
import threading


class Wire:
    """Passes bytes from `port` to a server's, until it is cut.

    A cut wire passes nothing on and says nothing: nobody is told that the connection is gone, as
    when a cable is pulled. With `hang_up` the connections are closed as well.
    """

    def __init__(self, port, server):
        self.port, self.server = port, server
        self.url = server.url.replace(str(server.port), str(port))
        self._whole = threading.Event()
        self._whole.set()
        self._ends = set()
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, *, hang_up=False):
        self._whole.clear()
        if hang_up:
            self._hang_up()

    def mend(self):
        self._whole.set()

    def close(self):
        self._listener.close()
        self.mend()
        self._hang_up()

    def _hang_up(self):
        for end in list(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                threading.Thread(target=self._join, args=(here,), daemon=True).start()

    def _join(self, here):
        with here, contextlib.suppress(OSError):
            self._whole.wait()
            with socket.create_connection(("127.0.0.1", self.server.port)) as there:
                self._ends |= {here, there}
                back = threading.Thread(target=self._pass_on, args=(there, here), daemon=True)
                back.start()
                self._pass_on(here, there)
                back.join()
                self._ends -= {here, there}

    def _pass_on(self, one, other):
        with contextlib.suppress(OSError):
            while content := one.recv(1 << 16):
                self._whole.wait()
                other.sendall(content)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
