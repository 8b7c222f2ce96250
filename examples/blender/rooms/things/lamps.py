"""Lamps. Each function also returns the places of its bulbs.

Standing lamps stand on the origin; hanging lamps hang from `height` above it; ceiling lamps are below it.
"""

import math

from mathutils import Vector

from .model import Model


def shaded(materials, rng, height, shade_radius, hanging=False):
    """A lamp with a cloth shade."""
    model = Model()
    stand = rng.choice([materials.metal, materials.black, materials.wood(), materials.plain()])
    cloth = materials.shade()
    tall, slim = shade_radius * rng.uniform(1.0, 1.6), shade_radius * rng.uniform(0.5, 0.95)
    low = 0 if hanging else height - tall
    profile = [
        (shade_radius, low),
        (slim, low + tall),
        (slim - 0.003, low + tall),
        (shade_radius - 0.003, low),
    ]
    model.turned([*profile, profile[0]], cloth, segments=48)
    if hanging:
        cord(model, materials, height, tall * 0.5, stand)
    else:
        foot = shade_radius * 0.75
        model.turned([(0, 0), (foot, 0), (foot, 0.012), (foot * 0.9, 0.02), (0.02, 0.03), (0, 0.03)], stand)
        if height < 0.8 and rng.random() < 0.6:
            body, neck = foot * rng.uniform(0.7, 1.1), height - tall * 0.9
            shape = [
                (0, 0.01),
                (body * 0.6, 0.01),
                (body, neck * 0.45),
                (body * 0.5, neck * 0.85),
                (0.02, neck),
                (0, neck),
            ]
            model.turned(shape, materials.plain((0.2, 0.85), (0.2, 0.8), (0.1, 0.4)), segments=48)
        if height > 0.8 and rng.random() < 0.35:
            for i in range(3):
                angle = 2 * math.pi * i / 3
                lean, x, y = 0.2, math.cos(angle) * height * 0.16, math.sin(angle) * height * 0.16
                model.rod(
                    0.011,
                    height * 0.86,
                    (x, y, 0),
                    stand,
                    0.008,
                    (lean * math.sin(angle), -lean * math.cos(angle), 0),
                )
        else:
            model.rod(0.009 if height > 0.8 else 0.014, height - tall * 0.6, (0, 0, 0.015), stand)
    bulb(model, materials, (0, 0, low + tall * 0.45))
    return model, [Vector((0, 0, low + tall * 0.45))]


def bulb(model, materials, place):
    shape = [(0, -0.04), (0.03, -0.02), (0.035, 0), (0.02, 0.035), (0, 0.05)]
    model.turned(shape, materials.bulb, place, segments=24)


def cord(model, materials, height, low, rose):
    model.rod(0.003, height - low, (0, 0, low), materials.black)
    model.turned([(0, height - 0.03), (0.05, height - 0.03), (0.05, height), (0, height)], rose)


def arc(materials, rng, height, shade_radius):
    """A floor lamp whose shade hangs from a bow, to -y of the foot."""
    model, steel = Model(), rng.choice([materials.metal, materials.black, materials.chrome])
    reach = rng.uniform(0.6, 0.95)
    model.turned(
        [(0, 0), (0.15, 0), (0.15, 0.03), (0.13, 0.045), (0, 0.045)], rng.choice([steel, materials.stone()])
    )
    points = [Vector((0, 0, 0.03)), Vector((0, 0, height * 0.55))]
    for i in range(1, 13):
        angle = math.pi * 0.78 * i / 12
        points.append(
            Vector((0, -reach / 2 * (1 - math.cos(angle)), height * 0.55 + height * 0.45 * math.sin(angle)))
        )
    model.tube(points, 0.011, steel, 12)
    x, y, z = points[-1]
    shell, r = materials.plain((0.1, 0.8), (0.15, 0.8), (0.2, 0.4)), shade_radius
    bowl = [
        (0.02, 0.02),
        (r * 0.6, -r * 0.2),
        (r * 0.92, -r * 0.6),
        (r, -r),
        (r - 0.004, -r),
        (r * 0.58, -r * 0.24),
        (0, 0),
    ]
    model.turned(bowl, shell, (x, y, z), segments=48)
    bulb(model, materials, (x, y, z - r * 0.55))
    return model, [Vector((x, y, z - r * 0.7))]


def pendant(materials, rng, height, radius):
    """A hard shade or a globe on a cord."""
    model, r = Model(), radius
    kind = rng.choice(["cone", "bell", "globe", "wire"])
    if kind == "globe":
        r *= 0.8
        rings = [(r * math.sin(math.pi * i / 16), r - r * math.cos(math.pi * i / 16)) for i in range(17)]
        model.turned(rings, materials.milk, segments=40)
        cord(model, materials, height, 2 * r, materials.metal)
        return model, [Vector((0, 0, -0.08))]
    if kind == "wire":
        steel = materials.metal
        for i in range(8):
            angle = math.pi * i / 8
            model.ring(r * 0.9, 0.003, (0, 0, r), steel, (math.pi / 2, 0, angle), 32)
    else:
        shell = materials.plain((0.1, 0.85), (0.12, 0.8), (0.15, 0.4))
        if kind == "cone":
            shape = [(r, 0), (0.03, r * 0.9), (0.026, r * 0.9), (r - 0.004, 0)]
        else:
            shape = [
                (r, 0),
                (r * 0.95, r * 0.3),
                (r * 0.6, r * 0.75),
                (0.03, r),
                (0, r),
                (r * 0.57, r * 0.73),
                (r * 0.93, r * 0.3),
                (r - 0.004, 0),
            ]
        model.turned([*shape, shape[0]], shell, segments=48)
    cord(model, materials, height, r * 0.9, materials.metal)
    bulb(model, materials, (0, 0, r * 0.4))
    return model, [Vector((0, 0, r * 0.25))]


def chandelier(materials, rng, height):
    model, steel, arms = Model(), rng.choice([materials.metal, materials.black]), rng.choice([5, 6, 8])
    reach = rng.uniform(0.25, 0.38)
    cord(model, materials, height, 0.15, steel)
    model.turned([(0, 0), (0.04, 0.03), (0.025, 0.12), (0.05, 0.2), (0, 0.24)], steel)
    for i in range(arms):
        angle = 2 * math.pi * i / arms
        c, s = math.cos(angle), math.sin(angle)
        bow = [(0.02, 0.1), (reach * 0.5, 0.01), (reach * 0.9, 0.03), (reach, 0.12)]
        model.tube([Vector((q * c, q * s, z)) for q, z in bow], 0.006, steel)
        model.rod(0.011, 0.07, (reach * c, reach * s, 0.12), materials.white)
        bulb(model, materials, (reach * c, reach * s, 0.23))
    return model, [Vector((0, 0, -0.05))]


def ceiling(materials, rng):
    """A flat lamp under a ceiling at the origin."""
    model, radius = Model(), rng.uniform(0.16, 0.26)
    model.turned(
        [(0, -0.085), (radius * 0.6, -0.08), (radius * 0.95, -0.05), (radius, -0.02)],
        materials.milk,
        segments=48,
    )
    model.turned(
        [(radius + 0.01, -0.03), (radius + 0.012, 0), (0, 0)],
        rng.choice([materials.metal, materials.white]),
        segments=48,
    )
    return model, [Vector((0, 0, -0.16))]


def spots(materials, rng, width):
    """Spotlights on a rail along x under a ceiling at the origin."""
    model, body, count = (
        Model(),
        rng.choice([materials.black, materials.white, materials.metal]),
        rng.choice([3, 4]),
    )
    model.box((width, 0.035, 0.025), (0, 0, -0.013), body, 0.004)
    for i in range(count):
        x = ((i + 0.5) / count - 0.5) * width
        lean, turn = rng.uniform(0.3, 0.8), rng.choice([0, math.pi])
        model.rod(0.006, 0.06, (x, 0, -0.08), body)
        model.rod(0.035, 0.11, (x, 0, -0.08), body, 0.03, (math.pi - lean, 0, turn))
    return model, [Vector(((i - 0.5) * width / 2, 0, -0.22)) for i in range(2)]


def reading(materials, rng):
    """A desk lamp with a jointed arm, which reaches to -y."""
    model, body = (
        Model(),
        rng.choice([materials.plain((0.2, 0.9), (0.1, 0.8), (0.2, 0.4)), materials.black, materials.metal]),
    )
    elbow, head = Vector((0, 0.1, 0.3)), Vector((0, -0.16, 0.46))
    model.turned([(0, 0), (0.085, 0), (0.085, 0.015), (0.02, 0.03), (0, 0.03)], body)
    model.tube([Vector((0, 0, 0.02)), elbow], 0.007, body)
    model.tube([elbow, head], 0.007, body)
    model.rod(0.014, 0.04, elbow - Vector((0.02, 0, 0)), body, turn=(0, math.pi / 2, 0))
    model.turned(
        [(0.075, -0.1), (0.05, -0.02), (0.025, 0.02), (0, 0.02), (0.04, -0.03), (0.072, -0.1)],
        body,
        head,
        (-0.45, 0, 0),
    )
    bulb(model, materials, head + Vector((0, -0.02, -0.05)))
    return model, [head + Vector((0, -0.05, -0.13))]
