"""What stands at and on a desk: office chairs, screens, keyboards and laptops."""

import math

from mathutils import Vector

from .model import Model


def office_chair(materials, rng):
    model, cloth = Model(), materials.fabric((0.1, 0.8), (0.08, 0.6))
    base, seat = rng.choice([materials.black, materials.metal, materials.white]), rng.uniform(0.44, 0.5)
    for i in range(5):
        angle = 2 * math.pi * i / 5 + 0.3
        c, s = math.cos(angle), math.sin(angle)
        model.box((0.3, 0.035, 0.03), (0.15 * c, 0.15 * s, 0.085), base, 0.01, turn=(0, 0, angle))
        model.rod(
            0.028,
            0.04,
            (0.28 * c - 0.02 * s, 0.28 * s + 0.02 * c, 0.03),
            materials.black,
            turn=(math.pi / 2, 0, angle),
        )
    model.rod(0.025, seat - 0.14, (0, 0, 0.08), base)
    model.box((0.3, 0.24, 0.03), (0, 0, seat - 0.06), materials.black, 0.01)
    model.cushion((0.5, 0.48, 0.1), (0, 0, seat), cloth, squareness=0.3)
    model.box((0.07, 0.02, 0.4), (0, 0.25, seat + 0.12), materials.black, 0.006, turn=(-0.12, 0, 0))
    tall = rng.uniform(0.46, 0.66)
    model.cushion((0.46, tall, 0.09), (0, 0.25, seat + 0.16 + tall / 2), cloth, (math.radians(83), 0, 0), 0.3)
    if rng.random() < 0.6:
        for x in (-1, 1):
            model.box((0.03, 0.03, 0.24), (x * 0.27, 0.02, seat + 0.08), materials.black, 0.008)
            model.box((0.06, 0.26, 0.03), (x * 0.27, 0, seat + 0.21), materials.black, 0.012)
        model.box((0.56, 0.04, 0.02), (0, 0.02, seat - 0.045), materials.black, 0.006)
    return model


def desk(materials, rng, width, depth, height):
    model, top = Model(), materials.furniture()
    model.box((width, depth, 0.028), (0, 0, height - 0.014), top, 0.004)
    leg = rng.choice([materials.black, materials.metal, materials.white, top])
    drawers = rng.choice([-1, 0, 1])
    for x in (-1, 1):
        if x == drawers:
            side = materials.furniture()
            centre = x * (width / 2 - 0.22)
            model.box(
                (0.4, depth - 0.06, height - 0.08), (centre, 0, (height - 0.028) / 2 + 0.02), side, 0.003
            )
            for i in range(3):
                z = 0.08 + (height - 0.12) * (i + 0.5) / 3
                model.box(
                    (0.385, 0.018, (height - 0.12) / 3 - 0.01), (centre, -depth / 2 + 0.025, z), side, 0.003
                )
                model.box((0.12, 0.018, 0.012), (centre, -depth / 2 + 0.01, z + 0.05), materials.metal, 0.004)
            continue
        for y in (-1, 1):
            place = (x * (width / 2 - 0.05), y * (depth / 2 - 0.05), (height - 0.028) / 2)
            model.box((0.035, 0.035, height - 0.028), place, leg, 0.003)
        model.box((0.03, depth - 0.1, 0.03), (x * (width / 2 - 0.05), 0, height - 0.045), leg, 0.003)
    model.box((width - 0.12, 0.02, 0.1), (0, depth / 2 - 0.06, height - 0.08), leg, 0.003)
    return model


def screen(materials, rng):
    """A screen on its stand, with a cable behind it."""
    model, width = Model(), rng.uniform(0.5, 0.72)
    height, body = width * 0.58, rng.choice([materials.black, materials.white, materials.metal])
    low = rng.uniform(0.1, 0.16)
    model.box((width, 0.025, height), (0, 0, low + height / 2), body, 0.005)
    model.box((width - 0.018, 0.002, height - 0.018), (0, -0.013, low + height / 2), materials.display(), 0)
    model.box((0.04, 0.02, low + 0.1), (0, 0.03, (low + 0.1) / 2), body, 0.005)
    model.box((0.24, 0.18, 0.01), (0, 0.02, 0.005), body, 0.003)
    side, x = rng.choice([-1, 1]), rng.uniform(0.15, 0.4)
    points = [
        (0, 0.03, low + 0.06),
        (0.02 * side, 0.08, low - 0.04),
        (x / 2 * side, 0.1, 0.01),
        (x * side, 0.13, 0.006),
    ]
    model.tube([Vector(point) for point in points], 0.004, materials.black)
    return model


def keyboard(materials, rng):
    """A keyboard and a mouse to the right of it."""
    model, body = Model(), rng.choice([materials.black, materials.white, materials.metal])
    keys = rng.choice([materials.black, materials.white, materials.plain((0.0, 0.4), (0.3, 0.8))])
    model.box((0.42, 0.14, 0.016), (0, 0, 0.009), body, 0.004)
    for row in range(5):
        y = 0.052 - row * 0.026
        for column in range(14):
            if row == 4 and 3 < column < 10:
                continue
            model.box((0.024, 0.021, 0.01), ((column - 6.5) * 0.029, y, 0.02), keys, 0.002, 1)
    model.box((0.165, 0.021, 0.01), (0, -0.052, 0.02), keys, 0.002, 1)
    model.cushion((0.062, 0.105, 0.045), (0.32, -0.01, 0.018), body, squareness=0.7)
    return model


def laptop(materials, rng):
    model, body = Model(), rng.choice([materials.metal, materials.black, materials.white])
    model.box((0.33, 0.23, 0.014), (0, 0, 0.007), body, 0.004)
    model.box((0.28, 0.1, 0.002), (0, 0.04, 0.0145), materials.black, 0)
    model.box((0.1, 0.06, 0.002), (0, -0.07, 0.0143), materials.dark, 0)
    lean = math.radians(rng.uniform(12, 28))
    y, z = 0.112 + 0.11 * math.sin(lean), 0.012 + 0.11 * math.cos(lean)
    model.box((0.33, 0.008, 0.225), (0, y, z), body, 0.003, turn=(-lean, 0, 0))
    front = 0.006
    model.box(
        (0.31, 0.002, 0.2),
        (0, y - front * math.cos(lean), z + front * math.sin(lean)),
        materials.display(),
        0,
        turn=(-lean, 0, 0),
    )
    return model
