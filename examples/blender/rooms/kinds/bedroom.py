"""Bedrooms: a bed between bedside tables, a wardrobe, sometimes a desk."""

from mathutils import Matrix

from ..clutter import add_floor_clutter, scatter
from ..furnishing import (
    add_armchair,
    add_cabinet,
    add_mirror,
    add_plant,
    add_radiator,
    add_rug,
    add_shelf,
    add_wall_things,
)
from ..lighting import add_ceiling_lamp, add_floor_lamp, add_table_lamp
from ..plan import Plan, moved
from ..shell import build_indoors
from ..things.beds import bed, pillow, throw
from ..things.stools import bench
from ..things.tables import cabinet, wardrobe
from .study import add_desk


def plan(rng):
    return Plan(rng, (3.0, 5.0), (3.0, 5.0), (2.4, 2.9))


def build(room):
    rng = room.rng
    build_indoors(room, floors=("planks", "carpet", "tiles"), weights=(5, 4, 0.5))
    add_bed(room)
    add_wardrobe(room)
    if rng.random() < 0.3:
        add_desk(room)
    for add in rng.sample([add_cabinet, add_shelf, add_armchair], rng.randint(0, 2)):
        add(room)
    add_radiator(room)
    if rng.random() < 0.7:
        add_plant(room)
    if rng.random() < 0.3:
        add_floor_lamp(room)
    if rng.random() < 0.7:
        add_ceiling_lamp(room)
    if rng.random() < 0.4:
        add_mirror(room, full_length=True)
    add_wall_things(room, (1, 4))
    add_floor_clutter(room, rng.randint(0, 3))


def add_bed(room):
    rng, materials = room.rng, room.materials
    is_double = rng.random() < 0.7
    width, length = rng.uniform(1.4, 1.8) if is_double else rng.uniform(0.9, 1.1), rng.uniform(2.0, 2.1)
    stand = rng.uniform(0.38, 0.5)
    whole = width + (2 * stand + 0.16 if is_double else 0)
    found = room.plan.against_wall(whole, length + 0.1, 0.75, 0.4) or room.plan.against_wall(
        whole, length + 0.1, 0.4, 0.2
    )
    if found is None:
        whole = width
        found = room.plan.against_wall(whole, length + 0.1, 0.2, 0.1)
    if found is None:
        return
    side, x, matrix = found
    matrix = matrix @ Matrix.Translation((0, -0.06, 0))
    if rng.random() < 0.5:
        across = min(width + rng.uniform(0.8, 1.4), room.plan.length(side) - 2 * abs(x) - 0.1)
        add_rug(room, room.plan.on_wall(side, x, length * 0.75), across, rng.uniform(1.5, 2.0))
    model, top = bed(materials, rng, width, length)
    room.put(model, "bed", matrix)
    lay_pillows(room, matrix, width, length, top)
    if rng.random() < 0.5:
        room.put(
            throw(materials, rng, width * 0.94, rng.uniform(0.4, 0.6)),
            "blanket",
            matrix @ moved(0, -length / 2 + 0.45, top + 0.075),
        )
    if whole > width:
        for end in (-1, 1):
            add_bedside(room, matrix @ moved(end * (width / 2 + stand / 2 + 0.06), length / 2 - 0.16), stand)
    if is_double and rng.random() < 0.2:
        spot = matrix @ moved(0, -length / 2 - 0.3)
        if room.plan.is_free(room.plan.footprint(spot, width * 0.8, 0.4), 0):
            room.plan.taken.append(room.plan.footprint(spot, width * 0.8, 0.4))
            room.put(bench(materials, rng, width * 0.8), "bench", spot)


def lay_pillows(room, matrix, width, length, top):
    rng, materials = room.rng, room.materials
    cloth = materials.fabric((0.0, 0.4), (0.5, 0.85))
    count = 2 if width > 1.2 else 1
    for i in range(count):
        x = ((i + 0.5) / count - 0.5) * width
        place = moved(x, length / 2 - 0.3, top, rng.gauss(0, 0.08)) @ Matrix.Rotation(0.25, 4, "X")
        room.put(pillow(materials, rng, cloth, min(0.7, width / count - 0.08)), "cushion", matrix @ place)
    for i in range(rng.choice([0, 0, 1, 2, 3])):
        size = rng.uniform(0.34, 0.44)
        x = (i - 1) * 0.36 * min(1, width / 1.5)
        place = moved(x, length / 2 - 0.56 - 0.05 * i, top + 0.17, rng.gauss(0, 0.15)) @ Matrix.Rotation(
            1.0, 4, "X"
        )
        accent = rng.choice([materials.fabric, materials.striped])((0.3, 0.85), (0.2, 0.8))
        room.put(pillow(materials, rng, accent, size, size), "cushion", matrix @ place)


def add_bedside(room, matrix, width):
    rng = room.rng
    height = rng.uniform(0.42, 0.6)
    room.put(
        cabinet(room.materials, rng, width, 0.4, height),
        "cabinet",
        matrix @ Matrix.Translation((0, -0.05, 0)),
    )
    if rng.random() < 0.75:
        add_table_lamp(room, matrix @ moved(0, 0.0, height))
    else:
        scatter(room, matrix, width * 0.8, 0.25, height, rng.randint(1, 2))


def add_wardrobe(room):
    rng = room.rng
    width, height, depth = rng.uniform(0.9, 2.0), rng.uniform(1.85, 2.25), rng.uniform(0.55, 0.62)
    found = room.plan.against_wall(width, depth, height, 0.5)
    if found is not None:
        room.put(wardrobe(room.materials, rng, width, depth, height), "wardrobe", found[2])
        if height < 2.0 and rng.random() < 0.5:
            scatter(
                room, found[2], width * 0.9, depth * 0.8, height, 2, {"box": 3, "vase": 1, "plant": 1}, 0.35
            )
