"""Houses seen from outside, and what stands around them: fences, railings, hedges."""

import math

from mathutils import Vector, noise

from ..looks.bricks import brick_wall, bricks
from ..looks.shader import Shader, hsv
from .model import Model


def plaster(materials):
    rng = materials.rng
    if rng.random() < 0.3:
        return brick_wall(materials)
    shader = Shader("plaster", 0.85)
    hue, saturation, value = (
        rng.choice([0.08, 0.12, 0.02, 0.58, rng.random()]),
        rng.uniform(0.05, 0.5),
        rng.uniform(0.4, 0.8),
    )
    stains = shader.noise(shader.coordinates(), 1.5, 5.0)
    return shader.colour(
        shader.ramp(stains, [hsv(hue, saturation, value * 0.85), hsv(hue, saturation, value)], [0.3, 0.6])
    ).material


def roofing(materials):
    rng = materials.rng
    hue, saturation, value = rng.choice(
        [(0.03, 0.7, 0.35), (0.02, 0.5, 0.22), (0.6, 0.15, 0.2), (0.08, 0.3, 0.25)]
    )
    colours = [
        hsv(hue, saturation, value),
        hsv(hue, saturation, value * 0.75),
        hsv(hue, saturation, value * 0.3),
    ]
    shader, pattern = bricks(materials, 0.3, 0.25, 0.02, colours, 0.8)
    return shader.colour(pattern.outputs["Color"]).material


def dark_window(materials):
    """A window of a distant house: dark, or lit from within."""
    rng = materials.rng
    if materials.is_lit and rng.random() < 0.5:
        return materials.glowing((0.1, 0.08, 0.05, 1), (1.0, 0.7, 0.35, 1), rng.uniform(0.3, 1.0))
    return materials.dark


def house(materials, rng, width, depth, floors):
    """A house whose front is to -y."""
    model, walls, roof, frame = Model(), plaster(materials), roofing(materials), materials.white
    height = 2.8 * floors + 0.3
    model.box((width, depth, height), (0, 0, height / 2), walls, 0)
    rise = rng.uniform(1.5, 3.0)

    def slope(side):
        def point(u, v):
            return Vector(
                ((u - 0.5) * (width + 0.4), side * (1 - v) * (depth / 2 + 0.35), height - 0.2 + rise * v)
            )

        return point

    for side in (-1, 1):
        model.sheet(1, 1, slope(side), roof)
        model.sheet(
            1,
            1,
            lambda u, v, side=side: Vector(
                (side * width / 2, (u - 0.5) * depth * (1 - v), height - 0.2 + rise * v)
            ),
            walls,
        )
    columns = max(2, int(width / 1.8))
    for floor in range(floors):
        for i in range(columns):
            x, z = ((i + 0.5) / columns - 0.5) * width, 2.8 * floor + 1.7
            is_door = floor == 0 and i == columns // 2
            size = (0.95, 2.1) if is_door else (0.9, 1.3)
            z = 1.05 if is_door else z
            model.box((size[0] + 0.16, 0.06, size[1] + 0.16), (x, -depth / 2, z), frame, 0.005)
            inside = materials.wood() if is_door else dark_window(materials)
            model.box((size[0], 0.08, size[1]), (x, -depth / 2, z), inside, 0.003)
            if not is_door:
                model.box((0.04, 0.1, size[1]), (x, -depth / 2, z), frame, 0)
                model.box((size[0], 0.1, 0.04), (x, -depth / 2, z + 0.2), frame, 0)
    model.box((0.5, 0.5, 1.2), (width * 0.25, depth * 0.1, height + rise * 0.75), brick_wall(materials), 0)
    return model


def railing(materials, rng, length):
    """A metal railing with thin bars along x."""
    model, steel, high = (
        Model(),
        rng.choice([materials.black, materials.metal, materials.white]),
        rng.uniform(0.9, 1.05),
    )
    model.box((length, 0.045, 0.03), (0, 0, high), steel, 0.006)
    model.box((length, 0.025, 0.02), (0, 0, 0.12), steel, 0.004)
    posts = max(2, round(length / 1.4) + 1)
    for i in range(posts):
        model.box((0.04, 0.04, high), ((i / (posts - 1) - 0.5) * (length - 0.04), 0, high / 2), steel, 0.004)
    kind = rng.choice(["bars", "bars", "wires"])
    if kind == "bars":
        count = int(length / 0.12)
        for i in range(count):
            model.rod(0.007, high - 0.12, (((i + 0.5) / count - 0.5) * length, 0, 0.12), steel)
    else:
        for i in range(6):
            model.rod(
                0.005, length, (-length / 2, 0, 0.24 + i * (high - 0.3) / 5), steel, turn=(0, math.pi / 2, 0)
            )
    return model


def fence(materials, rng, length):
    """A wooden fence of pickets or boards."""
    model, wood = (
        Model(),
        rng.choice([materials.wood(), materials.white, materials.plain((0.2, 0.6), (0.2, 0.6))]),
    )
    high, gap = rng.uniform(0.9, 1.7), rng.choice([0.004, 0.05])
    for z in (0.25, high - 0.25):
        model.box((length, 0.04, 0.07), (0, 0.03, z), wood, 0.004)
    width = rng.uniform(0.08, 0.13)
    count = int(length / (width + gap))
    for i in range(count):
        x = ((i + 0.5) / count - 0.5) * length
        model.box(
            (width, 0.02, high + 0.02 * noise.noise(Vector((i * 1.7, 0, 0)))),
            (x, 0, high / 2),
            wood,
            0.004,
            1,
        )
    return model


def hedge(materials, rng, length):
    """A clipped hedge with an uneven surface."""
    model, high, deep, leaf = Model(), rng.uniform(0.8, 1.8), rng.uniform(0.5, 0.7), materials.leaf()
    outline = [(-deep / 2, 0), (-deep / 2, high), (deep / 2, high), (deep / 2, 0)]

    def point(u, v):
        step = min(int(v * 3), 2)
        t = v * 3 - step
        (y0, z0), (y1, z1) = outline[step], outline[step + 1]
        place = Vector(((u - 0.5) * length, y0 + (y1 - y0) * t, z0 + (z1 - z0) * t))
        rough = 0.09 * noise.noise(place * 3) + 0.07 * noise.noise(place * 9) + 0.05 * noise.noise(place * 21)
        away = Vector((0, place.y, place.z - high / 2)).normalized()
        return place + away * rough

    model.sheet(int(length * 22), 66, point, leaf)
    for side in (-1, 1):
        model.box((0.02, deep * 0.95, high * 0.97), (side * length / 2, 0, high / 2), leaf, 0)
    return model


def low_wall(materials, rng, length):
    model, high = Model(), rng.uniform(0.5, 1.0)
    model.box((length, 0.25, high), (0, 0, high / 2), plaster(materials), 0.004)
    model.box((length + 0.04, 0.32, 0.06), (0, 0, high + 0.03), materials.stone(), 0.008)
    return model
