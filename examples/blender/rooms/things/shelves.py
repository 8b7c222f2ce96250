"""Shelves, and books in rows or stacks.

They stand on the origin with their backs to +y.
"""

import math

from mathutils import Vector

from .model import Model


def shelf(materials, rng, width, depth, height, boards):
    """A shelf and its free rows, as (x from, x to, z, free height)."""
    model, wood = Model(), materials.furniture()
    thick, rows = rng.uniform(0.018, 0.03), []
    columns = 1 if width < 1.0 else rng.choice([1, 2, 2])
    for i in range(columns + 1):
        x = -width / 2 + thick / 2 + i * (width - thick) / columns
        model.box((thick, depth, height), (x, 0, height / 2), wood, 0.002)
    step = (height - 0.06 - thick) / boards
    for i in range(boards + 1):
        z = 0.06 + i * step
        model.box((width - thick, depth - 0.004, thick), (0, 0, z + thick / 2), wood, 0.002)
        if i < boards:
            each = (width - thick) / columns
            for c in range(columns):
                left = -width / 2 + thick + c * each
                rows.append((left, left + each - thick, z + thick, step - thick))
    if rng.random() < 0.75:
        model.box(
            (width - thick, 0.008, height - 0.06), (0, depth / 2 - 0.005, 0.06 + (height - 0.06) / 2), wood, 0
        )
    return model, rows


def book_row(materials, rng, left, right, bottom, free, depth):
    """Books side by side from the left, which may not fill the row."""
    model, x = Model(), left + 0.004
    end = left + (right - left) * rng.uniform(0.45, 1.0)
    base, colours = free * rng.uniform(0.6, 0.8), materials.palette(7)
    while True:
        thick = rng.uniform(0.014, 0.045)
        if x + thick > end:
            return model if x > left + 0.1 else None
        tall, deep = min(free * 0.95, base * rng.uniform(0.85, 1.15)), depth * rng.uniform(0.6, 0.8)
        front = -depth / 2 + 0.02 + rng.uniform(0, 0.015)
        tint = rng.choice(colours)
        model.box(
            (thick - 0.001, deep, tall),
            (x + thick / 2, front + deep / 2, bottom + tall / 2),
            materials.tinted,
            0.002,
            1,
            tint=tint,
        )
        if thick > 0.022 and rng.random() < 0.6:
            pale = [0.5 * c + 0.4 for c in tint[:3]] + [1]
            model.box(
                (thick - 0.006, 0.002, tall * 0.14),
                (x + thick / 2, front, bottom + tall * rng.uniform(0.6, 0.8)),
                materials.tinted,
                0,
                tint=pale,
            )
        x += thick


def board(materials, width, depth):
    """A board for a wall at its back, on brackets."""
    model, wood = Model(), materials.furniture()
    model.box((width, depth, 0.028), (0, 0, 0.014), wood, 0.003)
    for x in (-1, 1):
        model.box((0.02, depth * 0.7, 0.02), (x * width * 0.36, depth * 0.1, -0.01), materials.metal, 0.002)
        model.box((0.02, 0.012, 0.12), (x * width * 0.36, depth / 2 - 0.006, -0.06), materials.metal, 0.002)
    return model


def open_book(materials, rng):
    """An open book that lies on its back."""
    model, side, tall = Model(), rng.uniform(0.12, 0.16), rng.uniform(0.19, 0.25)
    model.box(
        (2 * side + 0.01, tall + 0.01, 0.004),
        (0, 0, 0.002),
        materials.tinted,
        0.001,
        tint=rng.choice(materials.palette(3)),
    )

    def page(u, v):
        x = abs(2 * u - 1)
        return Vector(
            ((2 * u - 1) * side, (v - 0.5) * tall, 0.006 + 0.022 * math.sqrt(x) * (1 - 0.75 * x) * 2)
        )

    model.sheet(24, 2, page, materials.paper())
    return model


def book_stack(materials, rng, count=None):
    model, z = Model(), 0.0
    colours = materials.palette(4)
    for _ in range(count or rng.randint(2, 4)):
        size = (rng.uniform(0.15, 0.2), rng.uniform(0.21, 0.27), rng.uniform(0.015, 0.035))
        turn = (0, 0, rng.uniform(-0.3, 0.3))
        model.box(size, (0, 0, z + size[2] / 2), materials.tinted, 0.002, 1, turn, rng.choice(colours))
        model.box(
            (size[0] - 0.006, size[1] - 0.008, size[2] - 0.006),
            (0.004, 0, z + size[2] / 2),
            materials.white,
            0,
            turn=turn,
        )
        z += size[2]
    return model
