"""Bathtubs, toilets, basins and what hangs beside them."""

import math

from mathutils import Vector

from .kitchen import tap
from .model import Model


def loft(model, rings, material):
    """A body through rings of (half width, half depth, y, z, squareness), bottom first."""

    def point(u, v):
        step = min(int(v * (len(rings) - 1)), len(rings) - 2)
        t = v * (len(rings) - 1) - step
        a, b, y, z, square = (p + (q - p) * t for p, q in zip(rings[step], rings[step + 1]))
        angle = 2 * math.pi * u
        c, s = math.cos(angle), math.sin(angle)
        return Vector((a * math.copysign(abs(c) ** square, c), y + b * math.copysign(abs(s) ** square, s), z))

    model.sheet(56, len(rings) - 1, point, material, around=True)


def bathtub(materials, rng, length):
    """A tub along x, panelled or free-standing."""
    model, white, width, high = Model(), materials.ceramic, rng.uniform(0.7, 0.8), rng.uniform(0.52, 0.6)
    a, b = length / 2, width / 2
    if rng.random() < 0.6:
        panel = materials.white if rng.random() < 0.5 else materials.furniture()
        for side in (-1, 1):
            model.box((length, 0.02, high - 0.01), (0, side * (b - 0.02), (high - 0.01) / 2), panel, 0.002)
            model.box(
                (0.02, width - 0.04, high - 0.01), (side * (a - 0.02), 0, (high - 0.01) / 2), panel, 0.002
            )
        loft(
            model,
            [
                (a, b, 0, high - 0.03, 0.02),
                (a, b, 0, high, 0.02),
                (a - 0.07, b - 0.07, 0, high, 0.25),
                (a - 0.09, b - 0.085, 0, high - 0.03, 0.35),
                (a - 0.14, b - 0.11, 0, high - 0.2, 0.4),
                (a - 0.2, b - 0.14, 0, high - 0.36, 0.45),
                (a * 0.7, b * 0.55, 0, high - 0.38, 0.5),
                (0.001, 0.001, 0, high - 0.38, 1),
            ],
            white,
        )
    else:
        outside = (
            materials.ceramic if rng.random() < 0.6 else materials.plain((0.2, 0.7), (0.2, 0.7), (0.2, 0.4))
        )
        loft(
            model,
            [
                (0.001, 0.001, 0, 0, 1),
                (a * 0.72, b * 0.62, 0, 0, 0.8),
                (a * 0.8, b * 0.75, 0, 0.05, 0.75),
                (a * 0.92, b * 0.9, 0, high * 0.55, 0.7),
                (a, b, 0, high, 0.7),
            ],
            outside,
        )
        loft(
            model,
            [
                (a, b, 0, high, 0.7),
                (a * 0.99, b * 0.98, 0, high + 0.012, 0.7),
                (a * 0.95, b * 0.9, 0, high + 0.005, 0.7),
                (a * 0.9, b * 0.84, 0, high - 0.1, 0.7),
                (a * 0.75, b * 0.66, 0, 0.16, 0.7),
                (a * 0.5, b * 0.4, 0, 0.12, 0.8),
                (0.001, 0.001, 0, 0.12, 1),
            ],
            white,
        )
    tap(model, materials, (-a * 0.2, b - 0.035, high), 0.16)
    return model


def toilet(materials, rng):
    model, white = Model(), materials.ceramic
    seat = rng.choice([materials.white, materials.white, materials.wood(), materials.black])
    loft(
        model,
        [
            (0.001, 0.001, 0, 0, 1),
            (0.11, 0.2, 0.03, 0, 0.7),
            (0.1, 0.18, 0.04, 0.12, 0.8),
            (0.13, 0.2, 0, 0.26, 0.8),
            (0.18, 0.25, -0.06, 0.38, 0.8),
            (0.185, 0.255, -0.06, 0.4, 0.8),
        ],
        white,
    )
    loft(
        model,
        [
            (0.19, 0.26, -0.06, 0.4, 0.8),
            (0.195, 0.265, -0.06, 0.41, 0.8),
            (0.19, 0.26, -0.06, 0.432, 0.8),
            (0.15, 0.22, -0.06, 0.44, 0.8),
            (0.001, 0.001, -0.06, 0.442, 1),
        ],
        seat,
    )
    model.box((0.38, 0.17, 0.36), (0, 0.25, 0.58), white, 0.025, 4)
    model.box((0.4, 0.19, 0.03), (0, 0.25, 0.775), white, 0.012, 3)
    model.box((0.2, 0.16, 0.4), (0, 0.24, 0.2), white, 0.02, 3)
    model.rod(0.022, 0.012, (0, 0.25, 0.788), materials.chrome)
    return model


def basin(materials, width, height):
    """A basin that stands on a cabinet of this height, or on a pedestal at the origin."""
    model, white, a, b = Model(), materials.ceramic, width / 2, 0.2
    z = height
    loft(
        model,
        [
            (0.001, 0.001, 0, z, 1),
            (a * 0.7, b * 0.7, 0, z, 0.6),
            (a * 0.95, b * 0.95, 0, z + 0.09, 0.5),
            (a, b, 0, z + 0.125, 0.45),
            (a * 0.97, b * 0.96, 0, z + 0.13, 0.45),
            (a * 0.93, b * 0.9, 0, z + 0.122, 0.45),
            (a * 0.8, b * 0.75, 0, z + 0.04, 0.55),
            (a * 0.4, b * 0.4, 0, z + 0.02, 0.8),
            (0.001, 0.001, 0, z + 0.018, 1),
        ],
        white,
    )
    return model


def pedestal(materials, height):
    model = Model()
    model.turned(
        [(0, 0), (0.13, 0), (0.12, 0.03), (0.08, 0.1), (0.075, height - 0.1), (0.12, height), (0, height)],
        materials.ceramic,
    )
    return model


def basin_tap(materials, height):
    model = Model()
    tap(model, materials, (0, 0.205, height), 0.2)
    return model


def towel(materials, rng, width, length):
    """A towel over a rail on a wall; the rail is at the origin's height, the wall at y = 0."""
    model, cloth = Model(), rng.choice([materials.fabric, materials.striped])((0.15, 0.85), (0.25, 0.85))
    model.rod(0.009, width + 0.14, (-width / 2 - 0.07, -0.07, 0), materials.chrome, turn=(0, math.pi / 2, 0))
    for x in (-1, 1):
        model.rod(0.009, 0.07, (x * (width / 2 + 0.06), 0, 0), materials.chrome, turn=(math.pi / 2, 0, 0))
    phase, back = rng.uniform(0, 6), length * rng.uniform(0.5, 0.9)

    def point(u, v):
        along = v * (length + back) - length
        down, bend = max(0, abs(along) - 0.03), max(-1, min(1, along / 0.03))
        y = (
            -0.07
            + 0.016 * bend
            + 0.006 * math.sin(u * 9 + phase) * min(1, down * 6) * (1 if along < 0 else 0)
        )
        return Vector(((u - 0.5) * width, y, 0.014 * math.sqrt(max(0, 1 - bend * bend)) - down))

    model.sheet(20, 40, point, cloth)
    return model


def radiator(materials, width, height):
    """A radiator on a wall at y = 0."""
    model, count = Model(), max(4, int(width / 0.085))
    for i in range(count):
        x = ((i + 0.5) / count - 0.5) * width
        model.box(
            (width / count - 0.028, 0.075, height), (x, -0.07, 0.12 + height / 2), materials.white, 0.018, 3
        )
    for z in (0.17, 0.07 + height):
        model.rod(
            0.014, width - 0.02, (-width / 2 + 0.01, -0.07, z), materials.white, turn=(0, math.pi / 2, 0)
        )
    model.rod(0.009, 0.2, (width / 2 - 0.012, -0.07, 0.0), materials.white)
    return model


def washer(materials, rng):
    model = Model()
    model.box((0.6, 0.58, 0.85), (0, 0, 0.425), materials.white, 0.01, 3)
    model.ring(0.17, 0.025, (0, -0.295, 0.45), materials.steel, turn=(math.pi / 2, 0, 0))
    model.rod(0.15, 0.02, (0, -0.285, 0.45), materials.dark, turn=(math.pi / 2, 0, 0))
    model.box(
        (0.56, 0.012, 0.1), (0, -0.29, 0.78), materials.dark if rng.random() < 0.3 else materials.white, 0.003
    )
    model.rod(0.028, 0.03, (0.12, -0.29, 0.78), materials.metal, turn=(math.pi / 2, 0, 0))
    return model
