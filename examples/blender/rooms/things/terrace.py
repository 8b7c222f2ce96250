"""What stands on a terrace: parasols, planters, loungers, lanterns and strings of lights."""

import math

from mathutils import Vector

from .model import Model
from .plants import plant


def parasol(materials, rng, radius):
    model, cloth = Model(), materials.thin_cloth(materials.palette(1)[0], 0.3)
    other = materials.thin_cloth((0.8, 0.78, 0.72, 1), 0.3) if rng.random() < 0.5 else cloth
    height, pole = rng.uniform(2.2, 2.5), rng.choice([materials.wood(), materials.white, materials.metal])
    model.rod(0.022, height, (0, 0, 0), pole)
    model.turned([(0, 0), (0.25, 0), (0.25, 0.05), (0.05, 0.09), (0, 0.09)], materials.stone())
    sides = 8
    for i in range(sides):

        def panel(u, v, i=i):
            a, b = 2 * math.pi * i / sides, 2 * math.pi * (i + 1) / sides
            edge = Vector((math.cos(a), math.sin(a), 0)).lerp(Vector((math.cos(b), math.sin(b), 0)), u)
            sag = 0.06 * math.sin(math.pi * u) * v
            return edge * radius * v + Vector((0, 0, height - 0.42 * v**1.2 - sag))

        model.sheet(6, 8, panel, cloth if i % 2 else other)
        angle = 2 * math.pi * i / sides
        tip = Vector((math.cos(angle) * radius, math.sin(angle) * radius, height - 0.43))
        model.tube(
            [Vector((0, 0, height - 0.02)), tip.lerp(Vector((0, 0, height)), 0.5) + Vector((0, 0, 0.0)), tip],
            0.006,
            pole,
            6,
        )
    return model


def planter(materials, rng, width):
    """A long box with plants in it: (box, plants with their x)."""
    model, high, deep = Model(), rng.uniform(0.35, 0.55), rng.uniform(0.32, 0.42)
    body = materials.wood() if rng.random() < 0.5 else materials.plain((0.1, 0.7), (0.2, 0.7))
    for y in (-1, 1):
        model.box((width, 0.03, high), (0, y * (deep / 2 - 0.015), high / 2), body, 0.004)
    for x in (-1, 1):
        model.box((0.03, deep - 0.06, high), (x * (width / 2 - 0.015), 0, high / 2), body, 0.004)
    model.box((width - 0.06, deep - 0.06, 0.02), (0, 0, high - 0.06), materials.soil(), 0)
    count = max(1, int(width / 0.35))
    plants = []
    for i in range(count):
        plants.append(
            (
                ((i + 0.5) / count - 0.5) * (width - 0.1),
                high - 0.24,
                plant(materials, rng, rng.uniform(0.6, 0.9), False),
            )
        )
    return model, plants


def lounger(materials, rng):
    """A sun lounger with its head to +y."""
    model, frame, cloth = (
        Model(),
        materials.wood(),
        rng.choice([materials.fabric, materials.striped])((0.2, 0.8), (0.3, 0.8)),
    )
    for x in (-1, 1):
        model.box((0.05, 1.9, 0.06), (x * 0.3, 0, 0.28), frame, 0.005)
        for y in (-0.8, 0.75):
            model.box((0.05, 0.05, 0.28), (x * 0.3, y, 0.14), frame, 0.004)
    for i in range(9):
        model.box((0.6, 0.07, 0.02), (0, -0.88 + i * 0.13, 0.32), frame, 0.003)
    model.box((0.58, 1.2, 0.08), (0, -0.33, 0.37), cloth, 0.03, 3)
    lean = rng.uniform(0.5, 0.9)
    centre = (0, 0.27 + 0.33 * math.cos(lean), 0.37 + 0.33 * math.sin(lean))
    model.box((0.58, 0.68, 0.08), centre, cloth, 0.03, 3, turn=(lean, 0, 0))
    model.tube(
        [Vector((0, 0.27 + 0.5 * math.cos(lean), 0.3 + 0.5 * math.sin(lean))), Vector((0, 0.8, 0.28))],
        0.014,
        frame,
    )
    return model


def lantern(materials, rng):
    """A lantern with thin bars; also returns the place of its light."""
    model, body = Model(), rng.choice([materials.black, materials.metal, materials.white])
    width, high = rng.uniform(0.13, 0.2), rng.uniform(0.26, 0.42)
    for z in (0.01, high):
        model.box((width, width, 0.02), (0, 0, z), body, 0.003)
    for x in (-1, 1):
        for y in (-1, 1):
            model.box(
                (0.012, 0.012, high), (x * (width / 2 - 0.01), y * (width / 2 - 0.01), high / 2), body, 0
            )
    model.turned([(width * 0.5, high + 0.01), (0.02, high + 0.09), (0, high + 0.09)], body, segments=4)
    model.ring(0.035, 0.004, (0, 0, high + 0.12), body, (math.pi / 2, 0, 0), 20)
    model.rod(0.03, high * 0.4, (0, 0, 0.02), materials.milk)
    return model, [Vector((0, 0, high * 0.62))]


def wall_lamp(materials, rng):
    """A lamp on a wall at y = 0."""
    model, body = Model(), rng.choice([materials.black, materials.metal])
    model.box((0.1, 0.02, 0.2), (0, -0.01, 0), body, 0.004)
    model.tube([Vector((0, -0.02, 0.05)), Vector((0, -0.12, 0.1)), Vector((0, -0.15, 0.05))], 0.009, body)
    model.turned([(0.08, -0.06), (0.03, 0.03), (0, 0.04)], body, (0, -0.15, 0.02), segments=32)
    model.cushion((0.07, 0.07, 0.08), (0, -0.15, -0.04), materials.milk, squareness=1)
    return model, [Vector((0, -0.16, -0.16))]


def light_string(materials, rng, start, end):
    """Bulbs on a sagging cable between two places; also returns the places of its lights."""
    model, count = Model(), max(6, int((end - start).length / 0.45))
    sag = rng.uniform(0.25, 0.5)

    def at(t):
        return start.lerp(end, t) - Vector((0, 0, 4 * sag * t * (1 - t)))

    model.tube([at(i / 24) for i in range(25)], 0.006, materials.black, 6)
    for i in range(count):
        place = at((i + 0.5) / count)
        model.rod(0.014, 0.05, place - Vector((0, 0, 0.06)), materials.black)
        model.cushion((0.06, 0.06, 0.08), place - Vector((0, 0, 0.1)), materials.bulb, squareness=0.9)
    return model, [at(t) - Vector((0, 0, 0.22)) for t in (0.25, 0.5, 0.75)]
