"""What the page is told of a volume, as plain lists and numbers."""

from __future__ import annotations

from dashboard import demo
from dashboard.annotation.slice_geometry import Layout, layouts
from dashboard.page import encoding
from dashboard.session.session import Session
from dashboard.volumes.channel import Channel
from dashboard.volumes.grid import Grid
from dashboard.volumes.length_unit import edges_said, unit_of

# Where the file knows no left and right: which of its axes runs to that side.
BY_AXES = {"L": "X", "P": "Y", "S": "Z", "R": "", "A": "", "I": ""}


def describe(session: Session, laid: dict[str, Layout]) -> dict:
    """Return what the page needs to know of the open volume, as plain lists and numbers."""
    volume = session.volume
    return {
        "digest": volume.digest,
        "held": session.held,
        "name": volume.name,
        "facts": facts(volume),
        "shape": list(volume.shape),
        "spacing": list(volume.spacing),
        "unit": unit_of(volume.spacing)._asdict(),
        "oriented": volume.oriented,
        "affine": volume.affine.tolist(),
        "voxel_mm3": volume.voxel_mm3,
        "layouts": _all_plain(laid, volume),
        "neurological": _all_plain(
            layouts(volume.affine, volume.shape, radiological=False), volume
        ),
        "range": list(volume.finite_range),
        "window": list(volume.window),
        "cursor": list(session.cursor),
        "settings": session.settings._asdict(),
    }


def listed(channel: Channel) -> dict:
    """Return what the page needs to know of a volume of the series."""
    volume = channel.volume
    return {
        "key": channel.key,
        "name": channel.name,
        "resampled": channel.is_resampled,
        "range": list(volume.finite_range),
        "window": list(volume.window),
        "dtype": encoding.shown(volume.data[:0]).dtype.name,
    }


def _all_plain(laid, volume):
    return {
        name: describe_layout(layout, oriented=volume.oriented) for name, layout in laid.items()
    }


def describe_layout(layout: Layout, *, oriented: bool = True) -> dict:
    """Return a layout for the page's script, with the file's axes as letters if it is of none."""
    return {
        "axis": layout.axis,
        **{
            name: {
                "index": axis.index,
                "size": axis.size,
                "reversed": axis.reversed,
                "letters": [each if oriented else BY_AXES[each] for each in axis.letters],
            }
            for name, axis in (("x", layout.x), ("y", layout.y))
        },
    }


def facts(volume: Grid) -> list[str]:
    """Return what is said of a volume beside its name."""
    said = [" × ".join(map(str, volume.shape)), edges_said(volume.spacing)]
    if volume.oriented:
        said.append(volume.axcodes)
    if volume.obliqueness_degrees > 0.5:
        said.append(f"oblique by {volume.obliqueness_degrees:.0f}°")
    if demo.is_demo(volume.name, volume.shape):
        said.append(demo.NOTE)
    return said
