"""Sofas, armchairs and chairs.

They stand on the origin with their backs to +y.
"""

import math

from .model import Model


def sofa(materials, rng, width, depth, seats):
    model, cloth = Model(), materials.fabric()
    accent, foot = materials.fabric((0.3, 0.8), (0.2, 0.8)), materials.wood()
    arm, low, seat_top = rng.uniform(0.12, 0.2), rng.uniform(0.08, 0.14), rng.uniform(0.4, 0.46)
    arm_top, back_top = rng.uniform(0.55, 0.66), rng.uniform(0.75, 0.9)
    for x in (-1, 1):
        for y in (-1, 1):
            model.rod(0.018, low, (x * (width / 2 - 0.08), y * (depth / 2 - 0.08), 0), foot, 0.026)
        size = (arm, depth - 0.02, arm_top - low)
        model.box(size, (x * (width - arm) / 2, 0, (arm_top + low) / 2), cloth, rng.uniform(0.03, 0.06), 4)
    inner = width - 2 * arm
    model.box((inner, depth - 0.04, 0.2), (0, 0, low + 0.11), cloth, 0.02, 3)
    model.box(
        (inner + 0.02, 0.2, back_top - low - 0.08),
        (0, depth / 2 - 0.11, (back_top + low - 0.08) / 2),
        cloth,
        0.05,
        4,
    )
    each = inner / seats
    for i in range(seats):
        x = -inner / 2 + each * (i + 0.5)
        model.cushion((each - 0.01, depth - 0.2, 0.2), (x, -0.09, seat_top - 0.08), cloth, squareness=0.22)
        lean = math.radians(rng.uniform(-84, -76))
        model.cushion(
            (each - 0.02, 0.42, 0.2), (x, depth / 2 - 0.24, seat_top + 0.2), cloth, (lean, 0, 0), 0.3
        )
    for _ in range(rng.randint(0, 3)):
        x, side = rng.uniform(-0.4, 0.4) * inner, rng.uniform(0.34, 0.44)
        turn = (math.radians(rng.uniform(-70, -60)), rng.uniform(-0.2, 0.2), 0)
        model.cushion((side, side, 0.15), (x, depth / 2 - 0.42, seat_top + 0.2), accent, turn, 0.45)
    return model


class ChairStyle:
    """The common style of the chairs at a table."""

    def __init__(self, materials, rng):
        self.frame = (
            materials.wood() if rng.random() < 0.7 else rng.choice([materials.black, materials.white])
        )
        self.cloth = materials.fabric((0.2, 0.7))
        self.is_soft = rng.random() < 0.6
        self.back = rng.choice(["slats", "panel", "rungs"])
        self.back_top = rng.uniform(0.8, 0.98)


def chair(style):
    model, side, seat = Model(), 0.43, 0.45
    half, frame = side / 2 - 0.02, style.frame
    for x in (-half, half):
        model.rod(0.013, seat - 0.02, (x, -half, 0), frame, 0.019)
        model.box((0.03, 0.03, seat), (x, half, seat / 2), frame)
        model.box(
            (0.03, 0.026, style.back_top - seat + 0.03),
            (x, half + 0.03, (style.back_top + seat) / 2),
            frame,
            turn=(-0.13, 0, 0),
        )
        model.box((0.02, side - 0.06, 0.025), (x, 0, 0.2), frame)
    model.box((side, side, 0.03), (0, 0, seat - 0.015), frame, 0.01, 3)
    if style.is_soft:
        model.cushion((side - 0.03, side - 0.03, 0.07), (0, 0, seat + 0.015), style.cloth, squareness=0.25)

    def across(z, tall):
        model.box(
            (side - 0.04, 0.018, tall),
            (0, half + 0.03 + (z - (style.back_top + seat) / 2) * 0.13, z),
            frame,
            turn=(-0.13, 0, 0),
        )

    across(style.back_top - 0.04, 0.07)
    if style.back == "rungs":
        for i in range(3):
            across(seat + 0.1 + i * (style.back_top - seat - 0.2) / 3, 0.03)
    elif style.back == "panel":
        across((style.back_top + seat) / 2 + 0.03, style.back_top - seat - 0.16)
    else:
        for i in range(5):
            x = (i - 2) * (side - 0.1) / 5
            model.box(
                (0.022, 0.012, style.back_top - seat - 0.04),
                (x, half + 0.03, (style.back_top + seat) / 2),
                frame,
                turn=(-0.13, 0, 0),
            )
    return model
