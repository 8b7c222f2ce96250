"""Rugs, pictures, mirrors, clocks and sculptures.

What hangs is centred on its origin, with its back to +y.
"""

import math

from mathutils import Vector

from ..looks import patterns
from .model import Model


def rug(materials, rng, width, depth, is_round):
    model, border = Model(), materials.fabric((0.1, 0.7), (0.15, 0.7))
    if is_round:
        radius = width / 2
        model.turned(
            [(radius, 0), (radius, 0.008), (radius - 0.006, 0.011), (0, 0.0111)], border, segments=64
        )
        model.turned(
            [(radius * 0.93, 0.01), (radius * 0.93, 0.0125), (0, 0.0126)],
            patterns.rug(materials),
            segments=64,
        )
        return model
    band = rng.choice([0.03, 0.08, 0.14])
    model.box((width, depth, 0.011), (0, 0, 0.0055), border, 0.004)
    model.box((width - 2 * band, depth - 2 * band, 0.006), (0, 0, 0.0105), patterns.rug(materials), 0.001)
    return model


def picture(materials, rng, width, height):
    model, frame = Model(), rng.choice([materials.wood(), materials.black, materials.white, materials.metal])
    bar, mat = rng.uniform(0.015, 0.04), rng.choice([0, 0.03, 0.07])
    for z in (-1, 1):
        model.box((width, 0.025, bar), (0, -0.0125, z * (height - bar) / 2), frame, 0.003)
    for x in (-1, 1):
        model.box((bar, 0.025, height - 2 * bar), (x * (width - bar) / 2, -0.0125, 0), frame, 0.003)
    model.box((width - 2 * bar, 0.01, height - 2 * bar), (0, -0.006, 0), materials.white, 0)
    inner = (width - 2 * bar - 2 * mat, 0.004, height - 2 * bar - 2 * mat)
    model.box(inner, (0, -0.0105, 0), patterns.art(materials), 0)
    return model


def mirror(materials, rng, width, height):
    """A mirror in a frame; round if it is as high as wide."""
    model, frame = (
        Model(),
        rng.choice([materials.wood(), materials.metal, materials.white, materials.plain()]),
    )
    if abs(width - height) < 0.01:
        model.rod(width / 2, 0.02, (0, 0, 0), frame, turn=(math.pi / 2, 0, 0))
        model.turned(
            [(width / 2 - 0.02, 0.022), (0, 0.022)], materials.mirror, turn=(math.pi / 2, 0, 0), segments=64
        )
        return model
    bar = rng.uniform(0.015, 0.05)
    for z in (-1, 1):
        model.box((width, 0.03, bar), (0, -0.015, z * (height - bar) / 2), frame, 0.004)
    for x in (-1, 1):
        model.box((bar, 0.03, height - 2 * bar), (x * (width - bar) / 2, -0.015, 0), frame, 0.004)
    model.box((width - 2 * bar, 0.006, height - 2 * bar), (0, -0.012, 0), materials.mirror, 0)
    return model


def clock(materials, rng):
    model, radius = Model(), rng.uniform(0.12, 0.2)
    hand = rng.choice([materials.black, materials.gloss(0.0, 0.8, 0.5)])
    face = materials.white if rng.random() < 0.6 else materials.plain((0.2, 0.8), (0.3, 0.8))
    model.rod(
        radius,
        0.03,
        (0, 0, 0),
        rng.choice([materials.black, materials.wood(), materials.metal]),
        turn=(math.pi / 2, 0, 0),
    )
    model.turned([(radius * 0.92, 0.0305), (0, 0.0306)], face, turn=(math.pi / 2, 0, 0), segments=48)
    for i in range(12):
        angle, size = math.pi * i / 6, 0.03 if i % 3 else 0.045
        place = (math.sin(angle) * radius * 0.78, -0.032, math.cos(angle) * radius * 0.78)
        model.box((0.007, 0.003, size), place, hand, 0, turn=(0, angle, 0))
    for length, thick in ((0.5, 0.012), (0.72, 0.008)):
        angle = rng.uniform(0, 2 * math.pi)
        place = (math.sin(angle) * radius * length / 2, -0.034, math.cos(angle) * radius * length / 2)
        model.box((thick, 0.003, radius * length), place, hand, 0, turn=(0, angle, 0))
    return model


def sculpture(materials, rng, height):
    """Balls, rings or blocks on a plinth."""
    model, stuff = (
        Model(),
        rng.choice(
            [materials.plain((0.3, 0.9), (0.2, 0.8), (0.15, 0.5)), materials.stone(), materials.wood()]
        ),
    )
    foot = height * 0.14
    model.box(
        (height * 0.35, height * 0.3, foot),
        (0, 0, foot / 2),
        rng.choice([materials.black, materials.wood(), stuff]),
        0.004,
    )
    kind, z = rng.choice(["balls", "ring", "blocks", "spiral"]), foot
    if kind == "ring":
        radius = (height - foot) * 0.42
        model.ring(
            radius,
            radius * 0.2,
            (0, 0, foot + radius * 1.18),
            stuff,
            (math.pi / 2, 0, rng.uniform(-0.5, 0.5)),
        )
    elif kind == "spiral":
        turns = [i / 24 for i in range(25)]
        model.tube(
            [
                Vector(
                    (
                        0.12 * height * math.cos(9 * t),
                        0.12 * height * math.sin(9 * t),
                        foot + (height - foot) * t,
                    )
                )
                for t in turns
            ],
            0.03 * height,
            stuff,
            12,
        )
    else:
        while z < height * 0.92:
            size = min((height - foot) * rng.uniform(0.22, 0.42), height - z)
            if kind == "balls":
                model.cushion((size, size, size), (0, 0, z + size / 2), stuff, squareness=1)
            else:
                model.box(
                    (size * 0.9, size * 0.8, size),
                    (0, 0, z + size / 2),
                    stuff,
                    0.004,
                    turn=(0, 0, rng.uniform(0, 1.5)),
                )
            z += size * 0.98
    return model


def candles(materials, rng):
    model = Model()
    wax = materials.gloss(rng.choice([0.1, 0.0, 0.6, 0.3]), rng.uniform(0.05, 0.7), 0.8, 0.5)
    for i in range(rng.randint(1, 3)):
        high, x = rng.uniform(0.08, 0.25), 0.07 * i - 0.07
        model.turned(
            [(0, 0), (0.035, 0), (0.03, 0.012), (0.012, 0.02), (0.012, 0.04), (0, 0.04)],
            materials.metal,
            (x, 0, 0),
            segments=24,
        )
        model.rod(0.011, high, (x, 0, 0.035), wax)
    return model
