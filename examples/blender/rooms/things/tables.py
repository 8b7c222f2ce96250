"""Tables, cabinets and televisions.

They stand on the origin; cabinets and televisions have their backs to +y.
"""

from .model import Model


def table(materials, rng, width, depth, height, is_round):
    model, top, leg = Model(), materials.furniture(), materials.furniture()
    thick = rng.uniform(0.022, 0.045)
    if is_round:
        radius = width / 2
        edge = [
            (0, 0),
            (radius - 0.01, 0),
            (radius, 0.008),
            (radius, thick - 0.006),
            (radius - 0.006, thick),
            (0, thick),
        ]
        model.turned(edge, top, (0, 0, height - thick), segments=64)
        if rng.random() < 0.5:
            model.rod(0.05, height - thick, (0, 0, 0), leg, 0.035)
            model.turned([(0, 0), (radius * 0.55, 0), (radius * 0.5, 0.02), (0.05, 0.05), (0, 0.06)], leg)
            return model
        reach_x = reach_y = radius * 0.6
    else:
        model.box((width, depth, thick), (0, 0, height - thick / 2), top, 0.006, 3)
        reach_x, reach_y = width / 2 - 0.07, depth / 2 - 0.07
        apron = rng.uniform(0.05, 0.09)
        for y in (-1, 1):
            model.box((2 * reach_x, 0.02, apron), (0, y * reach_y, height - thick - apron / 2), leg)
        for x in (-1, 1):
            model.box((0.02, 2 * reach_y, apron), (x * reach_x, 0, height - thick - apron / 2), leg)
    is_square, foot = rng.random() < 0.5, rng.uniform(0.018, 0.035)
    for x in (-reach_x, reach_x):
        for y in (-reach_y, reach_y):
            if is_square:
                size = (2 * foot, 2 * foot, height - thick)
                model.box(size, (x, y, (height - thick) / 2), leg, 0.005)
            else:
                model.rod(foot * 0.6, height - thick, (x, y, 0), leg, foot)
    return model


def cabinet(materials, rng, width, depth, height):
    model, body, front = Model(), materials.furniture(), materials.furniture()
    low = rng.choice([0.02, 0.12, 0.16])
    for x in (-1, 1):
        for y in (-1, 1):
            model.rod(0.014, low, (x * (width / 2 - 0.06), y * (depth / 2 - 0.06), 0), materials.metal, 0.02)
    model.box((width, depth, height - low), (0, 0, (height + low) / 2), body, 0.004)
    doors, drawers = max(1, round(width / rng.uniform(0.42, 0.55))), rng.choice([1, 1, 2, 3])
    step, rise = (width - 0.03) / doors, (height - low - 0.03) / drawers
    for i in range(doors):
        for j in range(drawers):
            x, z = -width / 2 + 0.015 + step * (i + 0.5), low + 0.015 + rise * (j + 0.5)
            model.box((step - 0.008, 0.02, rise - 0.008), (x, -depth / 2 - 0.008, z), front, 0.003)
            size = (0.12, 0.012, 0.012) if drawers > 1 else (0.012, 0.012, 0.14)
            dx = 0 if drawers > 1 else (step / 2 - 0.05) * (1 if i % 2 == 0 else -1)
            model.box(
                size,
                (x + dx, -depth / 2 - 0.034, z + (0 if drawers > 1 else rise * 0.1)),
                materials.metal,
                0.004,
            )
    return model


def wardrobe(materials, rng, width, depth, height):
    model, body = Model(), materials.furniture()
    front = body if rng.random() < 0.6 else materials.furniture()
    model.box((width, depth - 0.02, height - 0.06), (0, 0.01, (height + 0.06) / 2), body, 0.003)
    model.box((width - 0.04, depth - 0.08, 0.06), (0, 0.02, 0.03), materials.black, 0)
    doors = max(2, round(width / 0.5))
    each, drawer = width / doors, rng.choice([0.0, 0.0, 0.32])
    bottom = 0.07 + drawer
    for i in range(doors):
        x = (i + 0.5) * each - width / 2
        face = materials.mirror if i == doors // 2 and rng.random() < 0.12 else front
        model.box(
            (each - 0.006, 0.02, height - bottom - 0.01),
            (x, -depth / 2 + 0.008, (height + bottom) / 2),
            face,
            0.002,
        )
        grip = (each / 2 - 0.045) * (1 if i % 2 == 0 else -1)
        model.box((0.014, 0.014, 0.22), (x + grip, -depth / 2 - 0.02, 1.05), materials.metal, 0.004)
        if drawer:
            model.box(
                (each - 0.006, 0.02, drawer - 0.008), (x, -depth / 2 + 0.008, 0.07 + drawer / 2), front, 0.002
            )
            model.box(
                (0.12, 0.014, 0.012), (x, -depth / 2 - 0.02, 0.07 + drawer * 0.6), materials.metal, 0.003
            )
    model.box((width + 0.03, depth + 0.02, 0.025), (0, 0, height), body, 0.004)
    return model


def console(materials, rng, width, depth, height):
    """A narrow table for a hallway, with thin legs."""
    model, top = Model(), rng.choice([materials.furniture(), materials.stone()])
    leg = rng.choice([materials.black, materials.metal, materials.wood()])
    model.box((width, depth, 0.03), (0, 0, height - 0.015), top, 0.004)
    for x in (-1, 1):
        for y in (-1, 1):
            model.box(
                (0.022, 0.022, height - 0.03),
                (x * (width / 2 - 0.03), y * (depth / 2 - 0.03), (height - 0.03) / 2),
                leg,
                0.002,
            )
        model.box((0.02, depth - 0.06, 0.02), (x * (width / 2 - 0.03), 0, 0.12), leg, 0.002)
    if rng.random() < 0.5:
        model.box((width - 0.06, depth - 0.05, 0.02), (0, 0, 0.18), top, 0.003)
    else:
        model.box((width - 0.06, 0.02, 0.02), (0, depth / 2 - 0.03, 0.12), leg, 0.002)
    return model


def television(materials, width):
    model, height = Model(), width * 0.57
    screen = materials.display()
    model.box((width, 0.035, height), (0, 0, 0.06 + height / 2), materials.black, 0.006)
    model.box((width - 0.02, 0.002, height - 0.025), (0, -0.0185, 0.063 + height / 2), screen, 0)
    model.box((0.3, 0.05, 0.06), (0, 0.01, 0.035), materials.black)
    model.box((width * 0.45, 0.2, 0.012), (0, 0, 0.006), materials.black)
    return model
