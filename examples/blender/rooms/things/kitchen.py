"""Kitchen units and appliances. Units are centred on their origin with their backs to +y."""

import math

from .model import Model

DEPTH, TOP = 0.6, 0.9


def base_unit(materials, front, width, drawers):
    """A base cabinet without its worktop."""
    model = Model()
    model.box((width, DEPTH - 0.08, 0.1), (0, 0.04, 0.05), materials.black, 0)
    model.box((width, DEPTH - 0.02, TOP - 0.14), (0, 0.01, 0.1 + (TOP - 0.14) / 2), front, 0.001)
    parts = 3 if drawers else 1
    rise = (TOP - 0.15) / parts
    for i in range(parts):
        z = 0.11 + rise * (i + 0.5)
        model.box((width - 0.006, 0.02, rise - 0.006), (0, -DEPTH / 2 + 0.008, z), front, 0.002)
        handle(model, materials, width, z + rise / 2 - 0.06)
    return model


def handle(model, materials, width, z, y=-DEPTH / 2):
    model.box((min(0.16, width * 0.5), 0.012, 0.012), (0, y - 0.025, z), materials.metal, 0.003)
    for x in (-1, 1):
        model.box((0.01, 0.025, 0.01), (x * min(0.07, width * 0.22), y - 0.012, z), materials.metal, 0)


def worktop(material, width, hole=None):
    """A worktop along x; a hole is (x from, x to) for a sink."""
    model, y, z, thick = Model(), 0.0, TOP - 0.02, 0.04
    pieces = [(-width / 2, width / 2)] if hole is None else [(-width / 2, hole[0]), (hole[1], width / 2)]
    for x0, x1 in pieces:
        if x1 - x0 > 0.01:
            model.box((x1 - x0, DEPTH + 0.02, thick), ((x0 + x1) / 2, y - 0.01, z), material, 0.003)
    if hole is not None:
        middle = (hole[0] + hole[1]) / 2
        for y0, y1 in ((-DEPTH / 2 - 0.02, -0.2), (0.2, DEPTH / 2)):
            model.box((hole[1] - hole[0], y1 - y0, thick), (middle, (y0 + y1) / 2, z), material, 0.003)
    return model


def sink(materials, width):
    """A sink with a tap, to be set into a hole of this width; stands in the worktop."""
    model, steel, wall = Model(), materials.steel, 0.012
    for x in (-1, 1):
        model.box((wall, 0.4, 0.17), (x * (width - wall) / 2, 0, TOP - 0.08), steel, 0.003)
        model.box((width, wall, 0.17), (0, x * (0.2 - wall / 2), TOP - 0.08), steel, 0.003)
    model.box((width, 0.4, 0.01), (0, 0, TOP - 0.16), steel, 0)
    tap(model, materials, (0, 0.23, TOP), 0.26)
    return model


def tap(model, materials, place, height):
    x, y, z = place
    model.rod(0.022, 0.03, place, materials.chrome)
    model.rod(0.011, height, place, materials.chrome)
    model.rod(0.01, 0.17, (x, y + 0.008, z + height - 0.006), materials.chrome, turn=(math.radians(97), 0, 0))
    model.rod(0.006, 0.07, (x + 0.02, y, z + 0.05), materials.chrome, turn=(0, 1.2, 0))


def oven(materials, rng):
    """An oven below a hob, 0.6 m wide."""
    model, body = Model(), rng.choice([materials.white, materials.steel, materials.dark])
    model.box((0.596, DEPTH, TOP - 0.05), (0, 0, (TOP - 0.05) / 2 + 0.02), body, 0.003)
    y = -DEPTH / 2
    model.box((0.5, 0.012, 0.38), (0, y - 0.005, 0.42), materials.dark, 0.004)
    model.rod(0.01, 0.46, (-0.23, y - 0.04, 0.68), materials.chrome, turn=(0, math.pi / 2, 0))
    for x in (-0.22, 0.22):
        model.box((0.012, 0.04, 0.012), (x, y - 0.02, 0.68), materials.chrome, 0)
    for i in range(5):
        model.rod(0.018, 0.025, (-0.22 + 0.11 * i, y, 0.8), materials.chrome, turn=(math.pi / 2, 0, 0))
    model.box((0.58, 0.52, 0.012), (0, 0, TOP + 0.004), materials.dark, 0.003)
    for x in (-0.14, 0.14):
        for y in (-0.12, 0.12):
            model.ring(rng.uniform(0.07, 0.09), 0.004, (x, y, TOP + 0.012), materials.metal)
    return model


def hood(materials, width, height):
    """A hood with a duct up to a height above it."""
    model, steel = Model(), materials.steel
    model.box((width, 0.48, 0.06), (0, 0.05, 0.03), steel, 0.004)
    model.box((0.28, 0.26, height - 0.05), (0, 0.15, (height + 0.05) / 2), steel, 0.003)
    return model


def refrigerator(materials, rng, width, height):
    body = rng.choice([materials.white, materials.steel, materials.plain((0.3, 0.7), (0.3, 0.8), (0.2, 0.3))])
    model, split = Model(), height * rng.choice([0.32, 0.62, 0.68])
    model.box((width, 0.58, height - 0.03), (0, 0.02, (height + 0.03) / 2), body, 0.012, 3)
    for low, high in ((0.05, split), (split, height)):
        model.box((width - 0.004, 0.05, high - low - 0.008), (0, -0.3, (low + high) / 2), body, 0.012, 3)
    for z in (split - 0.18, split + 0.18):
        model.rod(0.01, 0.3, (-width / 2 + 0.05, -0.36, z - 0.15), materials.metal)
        for dz in (-0.13, 0.13):
            model.box((0.012, 0.045, 0.012), (-width / 2 + 0.05, -0.34, z + dz), materials.metal, 0)
    return model


def wall_unit(materials, front, width, height, doors):
    model = Model()
    model.box((width, 0.33, height), (0, 0, height / 2), front, 0.001)
    for i in range(doors):
        x = ((i + 0.5) / doors - 0.5) * width
        model.box((width / doors - 0.006, 0.02, height - 0.006), (x, -0.17, height / 2), front, 0.002)
        model.box(
            (0.012, 0.012, 0.14),
            (x + (width / doors / 2 - 0.04) * (1 if i % 2 == 0 else -1), -0.2, 0.14),
            materials.metal,
            0.003,
        )
    return model


def kettle(materials, rng):
    model, body = Model(), rng.choice([materials.steel, materials.plain((0.4, 0.9), (0.3, 0.8))])
    model.turned(
        [(0, 0), (0.085, 0), (0.09, 0.02), (0.075, 0.15), (0.05, 0.2), (0, 0.205)], body, segments=40
    )
    model.rod(0.012, 0.02, (0, 0, 0.2), materials.black)
    model.box((0.02, 0.03, 0.16), (0.115, 0, 0.11), materials.black, 0.008)
    model.box((0.06, 0.025, 0.02), (0.09, 0, 0.185), materials.black, 0.006)
    model.rod(0.014, 0.06, (-0.065, 0, 0.12), body, 0.008, (0, -0.8, 0))
    return model


def microwave(materials, rng):
    model, body = Model(), rng.choice([materials.white, materials.steel, materials.dark])
    model.box((0.48, 0.34, 0.28), (0, 0, 0.15), body, 0.008)
    model.box((0.33, 0.012, 0.21), (-0.06, -0.172, 0.15), materials.dark, 0.006)
    model.rod(0.007, 0.2, (0.12, -0.195, 0.05), materials.chrome)
    model.rod(0.02, 0.015, (0.19, -0.17, 0.1), materials.metal, turn=(math.pi / 2, 0, 0))
    return model


def pan(materials, rng):
    model, body = (
        Model(),
        rng.choice([materials.steel, materials.dark, materials.plain((0.5, 0.9), (0.3, 0.8))]),
    )
    radius, high = rng.uniform(0.09, 0.13), rng.choice([0.05, 0.12, 0.16])
    model.turned(
        [(0, 0), (radius, 0), (radius, high), (radius - 0.006, high), (radius - 0.008, 0.012), (0, 0.012)],
        body,
    )
    model.rod(0.009, 0.17, (radius - 0.01, 0, high - 0.02), materials.black, turn=(0, 1.45, 0))
    return model
