"""A chest and belly in a CT, of which everything is known: organs, lungs, table and clothes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

AIR, LUNG, FAT, MUSCLE, BONE = -1000, -850, -100, 45, 500
FOAM, SHELL, CLOTH = -930, -80, -750
HALF_MM = (165, 105)
SKIN_MM, LUNG_NOISE = 14, 60
# Name, HU, middle and half axes in mm; what comes later lies over what came before.
ORGANS = (
    ("liver", 65, (75, -5, -60), (65, 60, 55)),
    ("spleen", 55, (-95, 30, -55), (28, 30, 40)),
    ("kidney", 35, (-60, 45, -85), (25, 22, 42)),
    ("tumour", 50, (70, 5, -65), (18, 16, 16)),
    ("heart", 42, (-15, -25, 35), (48, 42, 42)),
)
LUNGS = ((78, 5, 60), (58, 70, 95)), ((-85, 5, 60), (52, 68, 95))


class Torso(NamedTuple):
    """A CT and its truth.

    Attributes
    ----------
    name : str
    image : (I, J, K) ndarray of int16
        HU.
    truth : (I, J, K) ndarray of uint8
        1, 2, … as in `ORGANS`; 0 is anything else.
    body, lungs, table, air : (I, J, K) ndarray of bool
        `air` is what is around, padding too; clothes are in none.
    spacing : tuple of float
    """

    name: str
    image: np.ndarray
    truth: np.ndarray
    body: np.ndarray
    lungs: np.ndarray
    table: np.ndarray
    air: np.ndarray
    spacing: tuple[float, float, float]


def torso(
    name: str,
    shape: tuple[int, int, int] = (150, 130, 60),
    spacing: tuple[float, float, float] = (2.7, 2.7, 5.0),
    *,
    padding: int | None = None,
    noise: float = 15,
    turned_degrees: float = 0,
    arms: bool = False,
    metal: int | None = None,
) -> Torso:
    """Make one, lying on a table.

    Parameters
    ----------
    name, shape, spacing
        As of `Torso`; I is left-right, J back to front, K up.
    padding : int, optional
        What lies outside the circle that the scanner saw.
    noise : float, optional
        Standard deviation in HU.
    turned_degrees : float, optional
        How much all is turned about K, and half of it about I.
    arms : bool, optional
        Whether they lie beside the body, each a piece of its own.
    metal : int, optional
        HU of a screw in the spine.
    """
    random = np.random.default_rng(0)
    x, y, z = _millimetres(shape, spacing, np.deg2rad(turned_degrees))
    hu = np.full(shape, float(AIR))
    table, body, lungs = _lay_on_a_table(hu, x, y), _ellipse(x, y, HALF_MM), np.zeros(shape, bool)
    _dress(hu, x, y, body)
    truth = _fill(hu, (x, y, z), body, lungs)
    if arms:
        for side in (-1, 1):
            body |= _arm(hu, x, y, side)
    if metal is not None:
        hu[(np.hypot(x, y - 68) < 4) & body] = metal
    soft = lungs * random.normal(0, LUNG_NOISE, shape)
    image = ndimage.gaussian_filter(hu + soft, 0.8 / np.asarray(spacing) * 1.5)
    image += random.normal(0, noise, shape)
    image = np.clip(image, -1024, 32767)
    air = ~(body | table | _cloth(x, y, body))
    if padding is not None:
        seen = np.hypot(x, y) < min(np.multiply(shape, spacing)[:2]) / 2
        image[~seen] = padding
        body, lungs, table = body & seen, lungs & seen, table & seen
        air, truth = air | ~seen, truth * seen
    return Torso(name, image.round().astype(np.int16), truth, body, lungs, table, air, spacing)


def torsos(coarser: int = 1) -> list[Torso]:
    """Return what a foreground is tried on, of fewer and larger voxels if asked for."""

    def made(name, shape=(150, 130, 60), spacing=(2.7, 2.7, 5.0), **how):
        fewer = tuple(n // coarser for n in shape)
        return torso(name, fewer, tuple(edge * coarser for edge in spacing), **how)

    return [
        made("not padded"),
        made("padded with −1024", padding=-1024),
        made("padded with −3024", padding=-3024),
        made("thin slices", (170, 130, 110), (2.4, 2.6, 2.4)),
        made("thick slices", (200, 170, 30), (2, 2, 10)),
        made("low dose", noise=60),
        made("turned by 20°", turned_degrees=20),
        made("arms beside", (190, 130, 60), arms=True),
        made("metal", metal=15000),
    ]


def _millimetres(shape, spacing, angle):
    axes = [(np.arange(n) - (n - 1) / 2) * edge for n, edge in zip(shape, spacing, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    x, y = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    y, z = (
        y * np.cos(angle / 2) + z * np.sin(angle / 2),
        z * np.cos(angle / 2) - y * np.sin(angle / 2),
    )
    return x, -y, z  # the back is at the high end of y


def _ellipse(x, y, half):
    return np.hypot(x / half[0], y / half[1]) < 1


def _lay_on_a_table(hu, x, y):
    """Put a shell filled with foam under the body, a mattress between."""
    depth = y - HALF_MM[1] - 10 + (x / 110) ** 2 * 8
    table = (depth > 0) & (depth < 30) & (abs(x) < 210)
    hu[(depth > -14) & (depth <= 0) & (abs(x) < 200)] = FOAM
    hu[table] = FOAM
    hu[table & ((depth < 3) | (depth > 27))] = SHELL
    return table


def _cloth(x, y, body):
    return _ellipse(x, y, np.add(HALF_MM, 5)) & ~body


def _dress(hu, x, y, body):
    hu[_cloth(x, y, body) & (hu == AIR)] = CLOTH


def _fill(hu, mm, body, lungs):
    x, y, _ = mm
    hu[body] = FAT
    hu[_ellipse(x, y, np.subtract(HALF_MM, SKIN_MM))] = MUSCLE
    truth = np.zeros(hu.shape, np.uint8)
    for middle, half in LUNGS:
        lungs |= _ball(mm, middle, half)
    hu[lungs] = LUNG
    for n, (_, value, middle, half) in enumerate(ORGANS, 1):
        organ = _ball(mm, middle, half) & body
        hu[organ], truth[organ], lungs[organ] = value, n, False
    spine = np.hypot(x, y - 68) < 20
    hu[spine], truth[spine], lungs[spine] = BONE, 0, False
    hu[np.hypot(x, y - 30) < 8] = AIR  # the trachea
    hu[_ball(mm, (40, -70, -110), (22, 16, 18))] = AIR  # gas in the bowel
    return truth


def _arm(hu, x, y, side):
    away = np.hypot(x - side * 215, y - 30)
    for radius, value in ((40, FAT), (34, MUSCLE), (12, BONE)):
        hu[away < radius] = value
    return away < 40


def _ball(mm, middle, half):
    return sum(((at - m) / h) ** 2 for at, m, h in zip(mm, middle, half, strict=True)) < 1
