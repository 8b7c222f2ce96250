"""Walls with their openings, windows, doors and curtains.

The inner face of the wall is at y = 0, and the wall extends to y > 0.
"""

import math
from itertools import groupby

from mathutils import Vector

from ..looks.glass import pane
from ..looks.shader import hsv
from .model import Model


def wall(materials, paint, skirting, length, height, openings):
    """A wall along x with its inner face at y = 0 and rectangular (x0, x1, z0, z1) openings.

    Openings above each other have the same x0 and x1.
    """
    model, thick, end = Model(), 0.2, length / 2
    x = -end - thick
    for (x0, x1), column in groupby(sorted(openings), key=lambda opening: opening[:2]):
        model.box((x0 - x, thick, height), ((x0 + x) / 2, thick / 2, height / 2), paint, 0)
        low = 0
        for z0, z1 in [opening[2:] for opening in column] + [(height, height)]:
            model.box((x1 - x0, thick, z0 - low), ((x0 + x1) / 2, thick / 2, (low + z0) / 2), paint, 0)
            low = z1
        x = x1
    model.box((end + thick - x, thick, height), ((end + thick + x) / 2, thick / 2, height / 2), paint, 0)
    model.box((length, 0.015, skirting[1]), (0, -0.0075, skirting[1] / 2), skirting[0], 0.004)
    return model


def window(materials, rng, width, height, glass=None):
    """A window centred on the origin of its opening, with a sill below.

    `glass` is that of a window seen from outside.
    """
    model, frame, bar = Model(), materials.white if rng.random() < 0.7 else materials.wood(), 0.06
    for z in (-1, 1):
        model.box((width, 0.07, bar), (0, 0.1, z * (height - bar) / 2), frame, 0.005)
    for x in (-1, 1):
        model.box((bar, 0.07, height - 2 * bar), (x * (width - bar) / 2, 0.1, 0), frame, 0.005)
    columns, rows = rng.choice([2, 2, 3]) if width > 0.9 else 1, rng.choice([1, 1, 2])
    for i in range(1, columns):
        model.box((0.05, 0.06, height - 2 * bar), (-width / 2 + i * width / columns, 0.1, 0), frame, 0.005)
    for i in range(1, rows):
        model.box((width - 2 * bar, 0.05, 0.04), (0, 0.1, -height / 2 + i * height / rows), frame, 0.005)
    model.box((width - 2 * bar, 0.006, height - 2 * bar), (0, 0.1, 0), glass or pane(), 0)
    model.box((width + 0.1, 0.17, 0.025), (0, 0.0, -height / 2 - 0.0075), frame, 0.006)
    return model


def door(materials, rng, width, height):
    model, leaf = Model(), materials.white if rng.random() < 0.6 else materials.wood()
    trim = 0.07
    for x in (-1, 1):
        model.box((trim, 0.03, height), (x * (width + trim) / 2, -0.015, height / 2), leaf, 0.005)
    model.box((width + 2 * trim, 0.03, trim), (0, -0.015, height + trim / 2), leaf, 0.005)
    model.box((width, 0.016, height), (0, -0.008, height / 2), leaf, 0.002)
    rows, gap = rng.choice([1, 2, 3]), 0.1
    rise = (height - gap) / rows
    for i in range(rows):
        z = gap + rise * i + (rise - gap) / 2
        model.box((width - 2 * gap, 0.012, rise - gap), (0, -0.016, z), leaf, 0.006)
    x = width / 2 - 0.06
    model.rod(0.024, 0.01, (x, -0.016, 1.02), materials.metal, turn=(math.pi / 2, 0, 0))
    model.box((0.12, 0.016, 0.018), (x - 0.05, -0.06, 1.02), materials.metal, 0.006)
    model.rod(0.008, 0.045, (x, -0.02, 1.02), materials.metal, turn=(math.pi / 2, 0, 0))
    return model


def curtains(materials, rng, width, top, bottom):
    model, cloth = (
        Model(),
        materials.thin_cloth(
            hsv(materials.any_hue(), rng.uniform(0.03, 0.5), rng.uniform(0.4, 0.85)), rng.uniform(0.15, 0.45)
        ),
    )
    reach = width / 2 + rng.uniform(0.15, 0.3)
    cover = rng.uniform(0.28, 0.45)
    model.rod(0.012, 2 * reach + 0.1, (-reach - 0.05, -0.1, top), materials.metal, turn=(0, math.pi / 2, 0))
    for side in (-1, 1):
        waves, phase = rng.uniform(5, 8), rng.uniform(0, 6)

        def fold(u, v, side=side, waves=waves, phase=phase):
            x = side * (reach - u * cover * (1 - 0.12 * math.sin(math.pi * v)))
            y = -0.1 + (0.022 + 0.02 * v) * math.sin(u * waves * 2 * math.pi + phase + 0.6 * v)
            return Vector((x, y, top - 0.01 - v * (top - bottom)))

        model.sheet(70, 12, fold, cloth)
    return model
