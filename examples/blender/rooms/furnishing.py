"""Furnishes a room.

Large things are placed first. Things for which no place is found after many tries are omitted.
"""

import math

from mathutils import Matrix

from .decor import lamp, picture, rug, vase
from .lights import add_light
from .plan import SIDES, overlaps
from .plants import plant
from .seats import ChairStyle, chair, sofa
from .shelves import book_row, book_stack, shelf
from .tables import cabinet, table, television


def furnish(room):
    rng = room.rng
    add_seating(room)
    add_dining(room)
    for add in rng.sample([add_shelf, add_shelf, add_cabinet, add_cabinet], rng.randint(2, 4)):
        add(room)
    for _ in range(rng.randint(1, 3)):
        add_plant(room)
    if rng.random() < 0.8:
        add_floor_lamp(room)
    if rng.random() < 0.4:
        add_armchair(room)
    for _ in range(rng.randint(3, 7)):
        add_picture(room)


def add_seating(room):
    """A sofa with a low table in front of it, usually on a rug."""
    rng = room.rng
    seats, depth = rng.choice([2, 2, 3]), rng.uniform(0.82, 0.95)
    width = seats * rng.uniform(0.6, 0.72) + 0.35
    found = room.plan.against_wall(width, depth, 0.75, 1.2) or room.plan.against_wall(width, depth, 0.1, 1.0)
    if found is None:
        return
    side, x, matrix = found
    room.put(sofa(room.materials, rng, width, depth, seats), "sofa", matrix)
    long, broad, is_round = rng.uniform(0.8, 1.2), rng.uniform(0.5, 0.65), rng.random() < 0.3
    if is_round:
        long = broad = rng.uniform(0.65, 0.9)
    ahead = depth + rng.uniform(0.35, 0.5) + broad / 2
    centre = room.plan.on_wall(side, x + rng.uniform(-0.15, 0.15), ahead)
    spot = room.plan.footprint(centre, long, broad)
    half_x, half_y = room.plan.width / 2 - 0.3, room.plan.depth / 2 - 0.3
    inside = spot[0] > -half_x and spot[1] < half_x and spot[2] > -half_y and spot[3] < half_y
    if inside and not any(overlaps(spot, other, 0.1) for other in room.plan.taken):
        room.plan.taken.append(spot)
        height = rng.uniform(0.36, 0.46)
        room.put(table(room.materials, rng, long, broad, height, is_round), "table", centre)
        add_small_things(room, centre, long * 0.6, broad * 0.5, height, rng.randint(1, 3))
    if rng.random() < 0.8:
        round_rug, across = rng.random() < 0.25, rng.uniform(1.8, 2.6)
        size = (across, across) if round_rug else (across, rng.uniform(1.3, 1.8))
        size = (min(size[0], room.plan.length(side) - 2 * abs(x) - 0.1), size[1])
        place = room.plan.on_wall(side, x, max(ahead, size[1] / 2 + 0.1))
        room.put(rug(room.materials, rng, size[0], size[1], round_rug), "rug", place)


def add_dining(room):
    rng = room.rng
    is_round, height = rng.random() < 0.35, rng.uniform(0.72, 0.77)
    width = rng.uniform(0.95, 1.2) if is_round else rng.uniform(1.2, 1.8)
    depth = width if is_round else rng.uniform(0.75, 0.95)
    matrix = room.plan.on_floor(width + (0.9 if is_round else 0.3), depth + 0.9, 0.2)
    if matrix is None:
        return
    room.put(table(room.materials, rng, width, depth, height, is_round), "table", matrix)
    style = ChairStyle(room.materials, rng)
    for place in chair_places(room, width, depth, is_round):
        out = Matrix.Translation((rng.gauss(0, 0.02), rng.uniform(-0.02, 0.2), 0))
        turn = Matrix.Rotation(rng.gauss(0, 0.12), 4, "Z")
        room.put(chair(style), "chair", matrix @ place @ out @ turn)
    add_small_things(room, matrix, width * 0.6, depth * 0.5, height, rng.randint(1, 3))
    if rng.random() < 0.6:
        drop = room.plan.height - rng.uniform(1.6, 1.85)
        add_lamp(
            room,
            matrix @ Matrix.Translation((0, 0, room.plan.height - drop)),
            drop,
            rng.uniform(0.13, 0.22),
            True,
        )


def chair_places(room, width, depth, is_round):
    """The places of chairs around a table at the origin; the back of a chair points along its y axis."""
    if is_round:
        count = room.rng.randint(2, 4)
        return [
            Matrix.Rotation(2 * math.pi * i / count, 4, "Z") @ Matrix.Translation((0, depth / 2 + 0.08, 0))
            for i in range(count)
        ]
    count = max(1, int(width / 0.58))
    places = []
    for turn in (0, math.pi):
        for i in range(count):
            x = (i + 0.5) * width / count - width / 2
            places.append(Matrix.Rotation(turn, 4, "Z") @ Matrix.Translation((x, depth / 2 + 0.05, 0)))
    return places


def add_small_things(room, matrix, width, depth, height, count):
    """Puts vases, books and plants side by side on top of something."""
    rng = room.rng
    for i in range(count):
        x = ((i + 0.5) / count - 0.5) * width + rng.uniform(-0.05, 0.05)
        spot = matrix @ Matrix.Translation((x, rng.uniform(-0.3, 0.3) * depth, height))
        kind = rng.choice(["vase", "vase", "books", "plant"])
        if kind == "vase":
            room.put(vase(room.materials, rng, rng.uniform(0.1, 0.32)), "decor", spot)
        elif kind == "books":
            room.put(
                book_stack(room.materials, rng), "book", spot @ Matrix.Rotation(rng.uniform(0, 6), 4, "Z")
            )
        else:
            room.put(plant(room.materials, rng, rng.uniform(0.25, 0.45)), "plant", spot)


def add_shelf(room):
    rng = room.rng
    width, depth, boards = rng.uniform(0.6, 1.5), rng.uniform(0.26, 0.34), rng.randint(2, 6)
    height = 0.06 + boards * rng.uniform(0.31, 0.36)
    found = room.plan.against_wall(width, depth, height)
    if found is None:
        return
    matrix = found[2]
    model, rows = shelf(room.materials, rng, width, depth, height, boards)
    room.put(model, "shelf", matrix)
    for left, right, bottom, free in rows:
        if rng.random() < 0.75:
            books = book_row(room.materials, rng, left, right, bottom, free, depth)
            if books is not None:
                room.put(books, "book", matrix)
        elif rng.random() < 0.7:
            spot = Matrix.Translation(((left + right) / 2, -0.02, bottom))
            room.put(vase(room.materials, rng, free * rng.uniform(0.4, 0.75)), "decor", matrix @ spot)
    if height < 1.4:
        add_small_things(room, matrix, width * 0.7, depth * 0.3, height, 2)


def add_cabinet(room):
    rng = room.rng
    width, depth, height = rng.uniform(0.8, 1.8), rng.uniform(0.38, 0.46), rng.uniform(0.5, 0.95)
    found = room.plan.against_wall(width, depth, height)
    if found is None:
        return
    side, x, matrix = found
    room.put(cabinet(room.materials, rng, width, depth, height), "cabinet", matrix)
    above = (x - width / 2, x + width / 2, height, height + 0.8)
    is_free = not any(overlaps(above, other) for other in room.plan.hung[side])
    if is_free and width > 1.0 and rng.random() < 0.5:
        screen = min(width * 0.9, rng.uniform(0.9, 1.3))
        spot = matrix @ Matrix.Translation((0, 0.05, height))
        room.put(television(room.materials, screen), "television", spot)
        room.plan.hung[side].append(above)
    elif rng.random() < 0.5:
        spot = matrix @ Matrix.Translation((width * 0.3, 0, height))
        add_lamp(room, spot, rng.uniform(0.4, 0.6), rng.uniform(0.12, 0.17))
        add_small_things(
            room, matrix @ Matrix.Translation((-width * 0.15, 0, 0)), width * 0.5, depth * 0.3, height, 2
        )
    else:
        add_small_things(room, matrix, width * 0.8, depth * 0.3, height, 3)


def add_lamp(room, matrix, height, radius, hanging=False):
    model, bulb = lamp(room.materials, room.rng, height, radius, hanging)
    room.put(model, "lamp", matrix)
    if room.rng.random() < 0.7:
        light = add_light(
            "POINT", 14 * height**0.5, matrix @ Matrix.Translation((0, 0, bulb)), (1.0, 0.72, 0.42)
        )
        light.data.shadow_soft_size = 0.06


def add_floor_lamp(room):
    radius = room.rng.uniform(0.17, 0.25)
    found = room.plan.against_wall(2 * radius, 2 * radius, 1.5, 0)
    if found is not None:
        add_lamp(room, found[2], room.rng.uniform(1.4, 1.75), radius)


def add_plant(room):
    height = room.rng.uniform(0.7, 1.7)
    found = room.plan.against_wall(height * 0.45, height * 0.45, 0.3, 0)
    if found is not None:
        room.put(
            plant(room.materials, room.rng, height),
            "plant",
            found[2] @ Matrix.Rotation(room.rng.uniform(0, 6), 4, "Z"),
        )


def add_armchair(room):
    found = room.plan.against_wall(0.85, 0.82, 0.75, 0.5)
    if found is not None:
        turn = Matrix.Translation((0, -0.12, 0)) @ Matrix.Rotation(room.rng.uniform(-0.4, 0.4), 4, "Z")
        room.put(sofa(room.materials, room.rng, 0.82, 0.8, 1), "chair", found[2] @ turn)


def add_picture(room):
    rng = room.rng
    width, height = rng.uniform(0.25, 1.0), rng.uniform(0.3, 0.8)
    for _ in range(30):
        side = rng.choice(list(SIDES))
        free = room.plan.length(side) / 2 - width / 2 - 0.15
        x, z = rng.uniform(-free, free), rng.uniform(1.4, 1.65)
        strip = (x - width / 2, x + width / 2, z - height / 2, z + height / 2)
        if not any(overlaps(strip, other, 0.08) for other in room.plan.hung[side]):
            room.plan.hung[side].append(strip)
            room.put(picture(room.materials, rng, width, height), "picture", room.plan.on_wall(side, x, 0, z))
            return
