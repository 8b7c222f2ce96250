"""Stools, benches and poufs."""

import math

from .model import Model


def stool(materials, rng, height):
    model, frame = Model(), rng.choice([materials.wood(), materials.metal, materials.plain()])
    radius = rng.uniform(0.15, 0.19)
    seat = materials.fabric((0.2, 0.8)) if rng.random() < 0.5 else materials.furniture()
    model.turned(
        [(0, 0), (radius - 0.01, 0), (radius, 0.012), (radius, 0.03), (radius - 0.015, 0.045), (0, 0.05)],
        seat,
        (0, 0, height - 0.05),
        segments=48,
    )
    legs, spread = rng.choice([3, 4, 4]), rng.uniform(0.02, 0.06)
    lean = math.atan2(spread, height)
    for i in range(legs):
        angle = 2 * math.pi * (i + 0.5) / legs
        x, y = math.cos(angle) * (radius - 0.03 + spread), math.sin(angle) * (radius - 0.03 + spread)
        turn = (lean * math.sin(angle), -lean * math.cos(angle), 0)
        model.rod(0.011, (height - 0.045) / math.cos(lean), (x, y, 0), frame, 0.014, turn)
    ring = height * rng.uniform(0.25, 0.4)
    if height > 0.55:
        model.ring(radius - 0.03 + spread * (1 - ring / height), 0.008, (0, 0, ring), frame)
    return model


def bench(materials, rng, width, outdoors=False):
    model, depth, high = Model(), rng.uniform(0.34, 0.42), rng.uniform(0.42, 0.46)
    wood = materials.wood()
    slats = rng.choice([1, 3, 4])
    for i in range(slats):
        y = ((i + 0.5) / slats - 0.5) * depth
        model.box(
            (width, depth / slats - (0.012 if slats > 1 else 0), 0.035), (0, y, high - 0.018), wood, 0.005
        )
    frame = rng.choice([wood, materials.metal, materials.black])
    for x in (-1, 1):
        for y in (-1, 1):
            place = (x * (width / 2 - 0.08), y * (depth / 2 - 0.03), (high - 0.035) / 2)
            model.box((0.045, 0.045, high - 0.035), place, frame, 0.004)
        model.box((0.04, depth - 0.05, 0.04), (x * (width / 2 - 0.08), 0, high - 0.06), frame, 0.004)
    if outdoors:
        for x in (-1, 1):
            place = (x * (width / 2 - 0.08), depth / 2 + 0.03, high + 0.2)
            model.box((0.045, 0.035, 0.48), place, frame, 0.004, turn=(-0.15, 0, 0))
        for i in range(3):
            z = high + 0.13 + 0.13 * i
            model.box(
                (width, 0.022, 0.095),
                (0, depth / 2 + (z - high) * 0.15 - 0.015, z),
                wood,
                0.005,
                turn=(-0.15, 0, 0),
            )
    return model


def pouf(materials, rng):
    model, radius, high = Model(), rng.uniform(0.22, 0.32), rng.uniform(0.28, 0.42)
    cloth = materials.fabric((0.3, 0.85), (0.2, 0.8))
    model.cushion((2 * radius, 2 * radius, high), (0, 0, high / 2), cloth, squareness=rng.uniform(0.4, 0.6))
    return model
