"""Hallways: long and narrow, with several doors, a bench and a mirror."""

from ..clutter import add_floor_clutter, scatter
from ..furnishing import add_cabinet, add_mirror, add_plant, add_radiator, add_rug, add_shelf, add_wall_things
from ..lighting import add_ceiling_lamp, add_table_lamp
from ..plan import Plan, moved
from ..shell import build_door, build_indoors
from ..things.stools import bench
from ..things.tables import console, wardrobe


def plan(rng):
    narrow, long = (1.9, 2.6), (4.2, 6.6)
    return Plan(rng, *((narrow, long) if rng.random() < 0.5 else (long, narrow)))


def build(room):
    rng = room.rng
    build_indoors(room, floors=("planks", "tiles", "concrete"), weights=(5, 4, 0.5))
    for _ in range(rng.randint(1, 3)):
        build_door(room, room.rng.choice(["north", "east", "south", "west"]))
    add_console(room)
    if rng.random() < 0.6:
        width = rng.uniform(0.7, 1.2)
        found = room.plan.against_wall(width, 0.42, 0.5, 0.5)
        if found is not None:
            room.put(bench(room.materials, rng, width), "bench", found[2])
    if rng.random() < 0.5:
        width, height = rng.uniform(0.8, 1.4), rng.uniform(1.8, 2.1)
        found = room.plan.against_wall(width, 0.5, height, 0.5)
        if found is not None:
            room.put(wardrobe(room.materials, rng, width, 0.48, height), "wardrobe", found[2])
    for add in rng.sample([add_shelf, add_cabinet, add_plant, add_plant], 2):
        add(room)
    along = room.plan.width > room.plan.depth
    if rng.random() < 0.7:
        long, broad = rng.uniform(1.8, 3.2), rng.uniform(0.7, 1.0)
        add_rug(room, moved(0, 0, 0, 0 if along else 1.5707963), long, broad)
    add_radiator(room)
    for place in (-0.25, 0.25):
        x, y = (place * room.plan.width, 0) if along else (0, place * room.plan.depth)
        add_ceiling_lamp(room, (x, y))
    if rng.random() < 0.6:
        add_mirror(room, full_length=rng.random() < 0.5)
    add_wall_things(room, (2, 6))
    add_floor_clutter(room, rng.randint(1, 3))


def add_console(room):
    rng = room.rng
    width, height = rng.uniform(0.8, 1.3), rng.uniform(0.76, 0.86)
    found = room.plan.against_wall(width, 0.34, height + 0.3, 0.5)
    if found is None:
        return
    room.put(console(room.materials, rng, width, 0.32, height), "table", found[2])
    if rng.random() < 0.6:
        add_table_lamp(room, found[2] @ moved(width / 2 - 0.2, 0, height))
    scatter(room, found[2] @ moved(-0.15, 0), width - 0.4, 0.28, height, rng.randint(1, 3))
