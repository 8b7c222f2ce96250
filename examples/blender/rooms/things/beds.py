"""Beds and what lies on them. Beds have their heads to +y."""

import math

from mathutils import Vector, noise

from .model import Model


def bed(materials, rng, width, length):
    """A bed with its mattress and duvet; also returns the height of its top."""
    model, frame = Model(), rng.choice([materials.wood, materials.wood, materials.plain, materials.fabric])()
    sheet = materials.fabric((0.0, 0.15), (0.6, 0.85))
    low, top = rng.uniform(0.16, 0.28), rng.uniform(0.44, 0.56)
    for x in (-1, 1):
        for y in (-1, 1):
            model.rod(0.03, low, (x * (width / 2 - 0.06), y * (length / 2 - 0.06), 0), frame, 0.035)
        model.box((0.04, length, 0.16), (x * (width / 2 - 0.02), 0, low + 0.06), frame, 0.008)
    model.box((width, 0.04, 0.16), (0, -length / 2 + 0.02, low + 0.06), frame, 0.008)
    model.box((width - 0.06, length - 0.06, top - low), (0, 0, (low + top) / 2), sheet, 0.05, 4)
    headboard(model, materials, rng, frame, width, length)
    duvet(model, materials, rng, width, length, top)
    return model, top


def headboard(model, materials, rng, frame, width, length):
    high, kind, y = rng.uniform(0.85, 1.25), rng.choice(["panel", "bars", "soft"]), length / 2 + 0.03
    if kind == "panel":
        model.box((width, 0.05, high - 0.1), (0, y, (high + 0.1) / 2), frame, 0.015, 3)
    elif kind == "soft":
        cloth, parts = materials.fabric((0.2, 0.7), (0.15, 0.6)), rng.choice([1, 2, 4])
        for i in range(parts):
            x = ((i + 0.5) / parts - 0.5) * width
            model.box(
                (width / parts - 0.004, 0.1, high - 0.1), (x, y + 0.02, (high + 0.1) / 2), cloth, 0.03, 4
            )
    else:
        for x in (-1, 1):
            model.rod(0.025, high, (x * (width / 2 - 0.03), y, 0), frame)
        model.rod(0.018, width - 0.06, (-width / 2 + 0.03, y, high - 0.06), frame, turn=(0, math.pi / 2, 0))
        for i in range(int(width / 0.14)):
            x = -width / 2 + 0.1 + i * (width - 0.2) / max(1, int(width / 0.14) - 1)
            model.rod(0.008, high - 0.4, (x, y, 0.36), frame)


def duvet(model, materials, rng, width, length, top):
    """A cover that hangs over three sides of the mattress, in soft folds."""
    cloth = rng.choice([materials.fabric, materials.fabric, materials.striped])((0.1, 0.75), (0.2, 0.8))
    covered, hang, seed = length * rng.uniform(0.68, 0.8), rng.uniform(0.12, 0.26), rng.uniform(0, 99)
    radius = 0.05

    def over(distance, edge):
        """Across the edge of the mattress: sideways and down, for a distance from the middle."""
        side = math.copysign(1, distance)
        beyond = abs(distance) - (edge - radius)
        if beyond <= 0:
            return distance, 0.0
        bend = min(beyond / radius, math.pi / 2)
        return side * (edge - radius + radius * math.sin(bend)), -(radius * (1 - math.cos(bend))) - max(
            0, beyond - radius * math.pi / 2
        )

    def point(u, v):
        x, down_x = over((u - 0.5) * (width + 2 * hang), width / 2 + 0.015)
        y, down_y = over(-(v * (covered + hang) - length / 2 + (length - covered)), length / 2 + 0.015)
        fold = 0.02 * noise.noise(Vector((u * 5, v * 5, seed))) + 0.012 * noise.noise(
            Vector((u * 15, v * 9, seed))
        )
        thick = 0.055 * min(1, 12 * v)
        return Vector((x, y, top + thick + min(down_x, down_y) + fold))

    model.sheet(48, 48, point, cloth)


def pillow(materials, rng, cloth, width=0.68, depth=0.42):
    model = Model()
    model.cushion((width, depth, 0.16), (0, 0, 0.07), cloth, squareness=0.42)
    return model


def throw(materials, rng, width, length):
    """A blanket that lies folded."""
    model, cloth = Model(), materials.striped((0.2, 0.8), (0.2, 0.75))
    for i in range(rng.randint(1, 3)):
        model.box((width - 0.01 * i, length, 0.022), (0, 0, 0.012 + 0.022 * i), cloth, 0.01, 3)
    return model
