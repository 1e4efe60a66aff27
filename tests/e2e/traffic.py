"""What a page asks for, hears and complains about."""

from __future__ import annotations

from urllib.parse import urlsplit

HARMLESS = ("GL_", "GL Driver Message")  # software rendering talks


class Traffic:
    """Records a page's requests, websocket frames and errors."""

    def __init__(self, page):
        self.urls, self.received, self.sent, self.errors = [], [], [], []
        page.on("request", lambda request: self.urls.append(request.url))
        page.on("websocket", self._listen)
        page.on("console", self._complain)
        page.on("pageerror", lambda error: self.errors.append(f"{error}\n{error.stack}"))

    def _listen(self, socket):
        self.urls.append(socket.url)
        socket.on("framereceived", lambda frame: self.received.append(len(frame)))
        socket.on("framesent", lambda frame: self.sent.append(len(frame)))

    def _complain(self, message):
        if message.type == "error" and not any(word in message.text for word in HARMLESS):
            self.errors.append(f"{message.text} {message.location}")

    @property
    def foreign(self):
        """Addresses of other hosts that were asked; data and blobs are no host."""
        parts = [(url, urlsplit(url)) for url in self.urls]
        return [
            url
            for url, part in parts
            if part.scheme not in ("data", "blob", "about") and part.hostname != "127.0.0.1"
        ]

    @property
    def largest(self):
        """Bytes of the largest websocket frame of either direction."""
        return max([*self.received, *self.sent], default=0)
