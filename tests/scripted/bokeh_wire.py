"""The messages between a Bokeh page and its server, as a browser has them."""

from __future__ import annotations

import json
import re
from uuid import uuid4

TOKEN = re.compile(r'"token":\s*"([^"]+)"')


class Decoder:
    """Turns Bokeh's JSON into plain values; bytes come from the frames that followed it."""

    def __init__(self, buffers):
        self.buffers = buffers

    def __call__(self, value):
        if isinstance(value, list):
            return [self(each) for each in value]
        if not isinstance(value, dict):
            return value
        decode = getattr(self, f"decode_{value.get('type')}", None)
        return decode(value) if decode else {name: self(each) for name, each in value.items()}

    def decode_map(self, value):
        return {self(name): self(each) for name, each in value.get("entries", [])}

    def decode_bytes(self, value):
        return self.buffers[value["data"]["id"]]

    def decode_number(self, value):
        return float(value["value"])


def encode(value):
    """Bokeh's JSON of plain values: it tells a map from its own records by a type."""
    if isinstance(value, dict):
        return {"type": "map", "entries": [[name, encode(each)] for name, each in value.items()]}
    return [encode(each) for each in value] if isinstance(value, list | tuple) else value


def frames(kind, content=None):
    """The three text frames of a message without buffers."""
    header = {"msgid": uuid4().hex.upper(), "msgtype": kind}
    return [json.dumps(header), "{}", json.dumps(content or {})]


def changed(model, attribute, value):
    """The patch that sets an attribute of the model with an id."""
    change = {"kind": "ModelChanged", "model": {"id": model}, "attr": attribute}
    return frames("PATCH-DOC", {"events": [change | {"new": encode(value)}]})


def said(model, message):
    """The patch in which a component's script says something to its Python half."""
    values = {"type": "map", "entries": [["model", {"id": model}], ["data", encode(message)]]}
    event = {"type": "event", "name": "data_event", "values": values}
    sent = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}
    return frames("PATCH-DOC", {"events": [sent]})


def told(content, buffers, model):
    """What the Python half of the component with an id says in a patch, one after the other."""
    for event in content["events"]:
        message = event.get("msg_data") or {}
        if event["kind"] == "MessageSent" and message.get("name") == "esm_event":
            values = Decoder(buffers)(message["values"])
            if values["model"]["id"] == model:
                yield values["data"]


class Parts:
    """The ids of what one talks to in a document: the workbench, and the source of each plane."""

    def __init__(self, document):
        self._objects = {each["id"]: each for each in objects(document)}
        self.workbench = self._one("class_name", "Workbench")["id"]
        self.sources = {
            name: self._stroke_source(self._one("name", f"supervox-{name}"))
            for name in ("axial", "coronal", "sagittal")
        }

    def _one(self, attribute, value):
        found = (
            each
            for each in self._objects.values()
            if each.get("attributes", {}).get(attribute) == value
        )
        return next(found)

    def _stroke_source(self, figure):
        renderers = [self._objects[each["id"]] for each in figure["attributes"]["renderers"]]
        stroke = next(each for each in renderers if each["attributes"].get("name") == "stroke")
        return stroke["attributes"]["data_source"]["id"]


def objects(value):
    """All models that a document's JSON defines, wherever they lie in it."""
    if isinstance(value, list):
        for each in value:
            yield from objects(each)
    elif isinstance(value, dict):
        if value.get("type") == "object" and "id" in value:
            yield value
        for each in value.values():
            yield from objects(each)
