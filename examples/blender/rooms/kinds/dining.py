"""Dining rooms: a large table with chairs below a lamp."""

import math

from mathutils import Matrix

from ..clutter import KITCHEN, LIVING, add_floor_clutter, scatter
from ..furnishing import add_cabinet, add_plant, add_radiator, add_rug, add_shelf, add_wall_things
from ..lighting import add_ceiling_lamp, add_floor_lamp
from ..plan import Plan, moved
from ..shell import build_indoors
from ..things.containers import cup, plate
from ..things.seats import ChairStyle, chair
from ..things.stools import bench
from ..things.tables import table


def plan(rng):
    return Plan(rng, (3.4, 5.2), (3.4, 5.2))


def build(room):
    rng = room.rng
    build_indoors(room)
    add_dining_table(room, is_large=True)
    for _ in range(rng.randint(1, 3)):
        add_cabinet(room, rng.choice([LIVING, KITCHEN]), may_have_screen=False)
    if rng.random() < 0.4:
        add_shelf(room)
    add_radiator(room)
    for _ in range(rng.randint(1, 2)):
        add_plant(room)
    if rng.random() < 0.4:
        add_floor_lamp(room)
    add_wall_things(room, (2, 5))
    add_floor_clutter(room, rng.randint(0, 2))


def add_dining_table(room, is_large=False):
    rng = room.rng
    is_round, height = rng.random() < 0.35, rng.uniform(0.72, 0.77)
    width = rng.uniform(0.95, 1.2) if is_round else rng.uniform(1.2, 2.1 if is_large else 1.6)
    depth = width if is_round else rng.uniform(0.75, 0.95)
    matrix = room.plan.on_floor(width + (0.9 if is_round else 0.3), depth + 0.9, 0.2)
    if matrix is None:
        return
    room.put(table(room.materials, rng, width, depth, height, is_round), "table", matrix)
    add_chairs(room, matrix, width, depth, height, is_round)
    if rng.random() < 0.6:
        scatter(
            room, matrix, width * 0.6, depth * 0.25, height, rng.randint(1, 3), rng.choice([LIVING, KITCHEN])
        )
    if is_large or rng.random() < 0.6:
        place = matrix.translation
        add_ceiling_lamp(room, (place.x, place.y), room.plan.height - rng.uniform(1.55, 1.8))
    if rng.random() < 0.35:
        add_rug(room, matrix, width + 0.9, width + 0.9 if is_round else depth + 0.9)


def add_chairs(room, matrix, width, depth, height, is_round):
    """Chairs around a table, or benches beside it; sometimes it is laid."""
    rng, materials = room.rng, room.materials
    if not is_round and rng.random() < 0.15:
        for turn in (0, math.pi):
            place = Matrix.Rotation(turn, 4, "Z") @ Matrix.Translation((0, depth / 2 + 0.12, 0))
            room.put(bench(materials, rng, width * 0.9), "bench", matrix @ place)
        return
    style, is_laid = ChairStyle(materials, rng), rng.random() < 0.35
    china = materials.plain((0.0, 0.7), (0.4, 0.85), (0.1, 0.3))
    for place, edge in chair_places(room, width, depth, is_round):
        out = moved(rng.gauss(0, 0.02), rng.uniform(0.0, 0.2), 0, rng.gauss(0, 0.12))
        room.put(chair(style), "chair", matrix @ place @ out)
        if is_laid:
            spot = matrix @ place @ Matrix.Translation((0, edge, height))
            room.put(plate(materials, rng, china), "plate", spot)
            room.put(cup(materials, rng, china), "cup", spot @ moved(0.19, -0.08, 0, rng.uniform(0, 6)))


def chair_places(room, width, depth, is_round):
    """The places of chairs around a table at the origin, backs to +y, and the y of their plates."""
    if is_round:
        count = room.rng.randint(2, 4)
        for i in range(count):
            yield (
                Matrix.Rotation(2 * math.pi * i / count, 4, "Z")
                @ Matrix.Translation((0, depth / 2 + 0.08, 0)),
                -0.28,
            )
        return
    count = max(1, int(width / 0.58))
    for turn in (0, math.pi):
        for i in range(count):
            x = (i + 0.5) * width / count - width / 2
            yield Matrix.Rotation(turn, 4, "Z") @ Matrix.Translation((x, depth / 2 + 0.05, 0)), -0.24
