"""What furnishes several kinds of rooms: shelves, cabinets, plants and what hangs on walls.

Things for which no place is found after many tries are omitted.
"""

from mathutils import Matrix, Vector

from .clutter import LIVING, scatter
from .lighting import add_table_lamp
from .plan import moved, overlaps
from .things.bathroom import radiator
from .things.decor import clock, mirror, picture, rug
from .things.plants import plant
from .things.seats import sofa
from .things.shelves import board, book_row, shelf
from .things.tables import cabinet, television


def add_shelf(room, kinds=LIVING):
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
        fill_row(room, matrix, left, right, bottom, free, depth, kinds)
    if height < 1.4:
        scatter(room, matrix, width * 0.8, depth * 0.6, height, rng.randint(1, 3), kinds)


def fill_row(room, matrix, left, right, bottom, free, depth, kinds):
    rng = room.rng
    if kinds is LIVING and rng.random() < 0.65:
        books = book_row(room.materials, rng, left, right, bottom, free, depth)
        if books is not None:
            room.put(books, "book", matrix)
    elif rng.random() < 0.8:
        middle = matrix @ Matrix.Translation(((left + right) / 2, -0.02, 0))
        scatter(room, middle, right - left - 0.04, depth * 0.7, bottom, rng.randint(1, 3), kinds, free * 0.85)


def add_wall_shelf(room, kinds=LIVING):
    """A board on a wall, with things on it."""
    rng = room.rng
    width, depth, z = rng.uniform(0.5, 1.3), rng.uniform(0.18, 0.26), rng.uniform(1.25, 1.7)
    found = room.plan.on_wall_free(width, z - 0.1, z + 0.4)
    if found is None:
        return
    model = board(room.materials, width, depth)
    matrix = room.plan.on_wall(*found, depth / 2)
    room.put(model, "shelf", matrix @ Matrix.Translation((0, 0, z)))
    scatter(room, matrix, width * 0.92, depth * 0.8, z + 0.028, rng.randint(2, 4), kinds, 0.34)


def add_cabinet(room, kinds=LIVING, may_have_screen=True):
    rng = room.rng
    width, depth, height = rng.uniform(0.8, 1.8), rng.uniform(0.38, 0.46), rng.uniform(0.5, 0.95)
    found = room.plan.against_wall(width, depth, height)
    if found is None:
        return
    side, x, matrix = found
    room.put(cabinet(room.materials, rng, width, depth, height), "cabinet", matrix)
    if (
        may_have_screen
        and width > 1.0
        and rng.random() < 0.75
        and room.plan.hang(side, x, width, height + 0.1, height + 0.8)
    ):
        size = min(width * 0.9, rng.uniform(0.9, 1.3))
        room.put(
            television(room.materials, size), "television", matrix @ Matrix.Translation((0, 0.05, height))
        )
    elif rng.random() < 0.5:
        end = rng.choice([-1, 1])
        add_table_lamp(room, matrix @ Matrix.Translation((end * (width / 2 - 0.2), 0, height)))
        scatter(
            room, matrix @ moved(-end * 0.17, 0), width - 0.46, depth * 0.8, height, rng.randint(1, 4), kinds
        )
    else:
        scatter(room, matrix, width * 0.9, depth * 0.8, height, rng.randint(2, 5), kinds)


def add_plant(room, height=None):
    height = height or room.rng.uniform(0.6, 1.7)
    found = room.plan.against_wall(height * 0.45, height * 0.45, 0.3, 0)
    if found is not None:
        turn = Matrix.Rotation(room.rng.uniform(0, 6), 4, "Z")
        room.put(plant(room.materials, room.rng, height), "plant", found[2] @ turn)


def add_armchair(room):
    found = room.plan.against_wall(0.9, 0.9, 0.75, 0.5)
    if found is not None:
        turn = moved(0, -0.1, 0, room.rng.uniform(-0.3, 0.3))
        room.put(sofa(room.materials, room.rng, 0.8, 0.78, 1), "chair", found[2] @ turn)


def add_picture(room):
    rng = room.rng
    width, height, z = rng.uniform(0.25, 1.0), rng.uniform(0.3, 0.8), rng.uniform(1.4, 1.65)
    found = room.plan.on_wall_free(width, z - height / 2, z + height / 2)
    if found is not None:
        room.put(picture(room.materials, rng, width, height), "picture", room.plan.on_wall(*found, 0, z))


def add_mirror(room, full_length=False):
    rng = room.rng
    width = rng.uniform(0.4, 0.7)
    height = rng.uniform(1.3, 1.7) if full_length else rng.choice([width, rng.uniform(0.6, 1.0)])
    z = height / 2 + 0.15 if full_length else 1.5
    found = room.plan.on_wall_free(width, z - height / 2, z + height / 2)
    if found is not None:
        room.put(mirror(room.materials, rng, width, height), "mirror", room.plan.on_wall(*found, 0, z))


def add_clock(room):
    z = room.rng.uniform(1.7, 1.95)
    found = room.plan.on_wall_free(0.4, z - 0.2, z + 0.2)
    if found is not None:
        room.put(clock(room.materials, room.rng), "clock", room.plan.on_wall(*found, 0, z))


def add_radiator(room):
    """Below a window, else at any wall."""
    rng = room.rng
    for side, (x0, x1, z0, _) in room.windows:
        width, height = min(1.4, (x1 - x0) * 0.85), z0 - 0.22
        if height > 0.35 and room.plan.fits(side, (x0 + x1) / 2, width, 0.12, z0 - 0.08, 0.1):
            matrix = room.plan.on_wall(side, (x0 + x1) / 2)
            room.plan.reserve(side, (x0 + x1) / 2, width, 0.12, z0 - 0.08)
            room.put(radiator(room.materials, width, min(0.6, height)), "radiator", matrix)
            return
    width = rng.uniform(0.5, 1.0)
    found = room.plan.against_wall(width, 0.14, 0.85, 0.1)
    if found is not None:
        room.put(radiator(room.materials, width, 0.6), "radiator", room.plan.on_wall(found[0], found[1]))


def add_rug(room, matrix, width, depth):
    """A rug around a place, cut to the room."""
    is_round = abs(width - depth) < 0.01
    corners = room.plan.footprint(matrix, width, depth)
    half = Vector((room.plan.width / 2 - 0.05, room.plan.depth / 2 - 0.05))
    if corners[0] < -half.x or corners[1] > half.x or corners[2] < -half.y or corners[3] > half.y:
        return
    if any(overlaps(corners, other) for other in room.plan.rugs):
        return
    room.plan.rugs.append(corners)
    room.put(rug(room.materials, room.rng, width, depth, is_round), "rug", matrix)


def add_wall_things(room, pictures):
    rng = room.rng
    for _ in range(rng.randint(*pictures)):
        add_picture(room)
    for add, chance in ((add_clock, 0.3), (add_mirror, 0.25), (add_wall_shelf, 0.35)):
        if rng.random() < chance:
            add(room)
