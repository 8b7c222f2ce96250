"""Bathrooms: a bathtub, a toilet and a basin below a mirror, on tiles."""

from mathutils import Matrix

from ..clutter import BATHROOM, scatter
from ..furnishing import add_plant, add_radiator, add_rug, add_wall_shelf
from ..lighting import add_ceiling_lamp
from ..looks.walls import wall_tiles
from ..plan import Plan, moved
from ..shell import build_indoors
from ..things.bathroom import basin, basin_tap, bathtub, pedestal, toilet, towel, washer
from ..things.containers import basket
from ..things.decor import mirror, picture
from ..things.stools import stool
from ..things.tables import cabinet


def plan(rng):
    return Plan(rng, (2.2, 3.6), (2.3, 3.8), (2.4, 2.7))


def build(room):
    rng = room.rng
    up_to = rng.choice([None, 1.2, 1.2, 1.5, 2.0])
    tiled = wall_tiles(room.materials, up_to)
    build_indoors(
        room,
        floors=("tiles", "planks", "concrete"),
        weights=(8, 1, 0.5),
        sill=1.2,
        walls=tiled,
        has_curtains=False,
    )
    add_bathtub(room)
    add_basin(room)
    add_toilet(room)
    if rng.random() < 0.35:
        found = room.plan.against_wall(0.62, 0.6, 0.9, 0.5)
        if found is not None:
            room.put(washer(room.materials, rng), "appliance", found[2])
            scatter(room, found[2], 0.5, 0.4, 0.85, rng.randint(0, 3), BATHROOM)
    for _ in range(rng.randint(1, 2)):
        add_towel(room)
    if rng.random() < 0.5:
        add_wall_shelf(room, BATHROOM)
    add_radiator(room)
    if rng.random() < 0.5:
        add_plant(room, rng.uniform(0.4, 0.9))
    add_small_furniture(room)
    add_ceiling_lamp(room)


def add_bathtub(room):
    rng = room.rng
    for length in (rng.uniform(1.55, 1.75), 1.45):
        found = room.plan.against_wall(length, 0.8, 0.6, 0.5) or room.plan.against_wall(length, 0.8, 0.6, 0.2)
        if found is not None:
            room.put(bathtub(room.materials, rng, length), "bathtub", found[2])
            add_rug(room, room.plan.on_wall(found[0], found[1], 1.2), 0.8, 0.5)
            return


def add_basin(room):
    """A basin on a cabinet or a pedestal, with a mirror above it."""
    rng, materials = room.rng, room.materials
    width = rng.uniform(0.6, 1.2)
    found = room.plan.against_wall(width, 0.48, 1.9, 0.6) or room.plan.against_wall(0.6, 0.48, 0.9, 0.5)
    if found is None:
        return
    side, x, matrix = found
    low = 0.72
    if rng.random() < 0.75:
        room.put(cabinet(materials, rng, width, 0.46, low), "cabinet", matrix)
        room.put(basin(materials, min(width, 0.6), low), "sink", matrix)
        for end in (-1, 1):
            free = width / 2 - 0.31
            if free > 0.1:
                scatter(
                    room,
                    matrix @ moved(end * (width / 2 - free / 2), 0),
                    free,
                    0.3,
                    low,
                    rng.randint(0, 3),
                    BATHROOM,
                    0.3,
                )
    else:
        room.put(pedestal(materials, low), "sink", matrix)
        room.put(basin(materials, 0.56, low), "sink", matrix)
    room.put(basin_tap(materials, low), "sink", matrix)
    tall = rng.uniform(0.55, 0.9)
    across = tall if rng.random() < 0.35 else min(width, rng.uniform(0.45, 0.9))
    # The basin reserved its wall up to here.
    bottom = 1.1
    if not blocked_by_window(room, side, x, across, bottom, bottom + tall):
        room.put(
            mirror(materials, rng, across, tall), "mirror", room.plan.on_wall(side, x, 0, bottom + tall / 2)
        )


def blocked_by_window(room, side, x, width, low, high):
    return any(
        side == other and x - width / 2 < x1 and x0 < x + width / 2 and low < z1 and z0 < high
        for other, (x0, x1, z0, z1) in room.windows
    )


def add_toilet(room):
    found = room.plan.against_wall(0.6, 0.75, 1.0, 0.45) or room.plan.against_wall(0.5, 0.72, 0.8, 0.2)
    if found is not None:
        room.put(toilet(room.materials, room.rng), "toilet", found[2] @ Matrix.Translation((0, 0.02, 0)))


def add_towel(room):
    rng = room.rng
    width, length, z = rng.uniform(0.35, 0.6), rng.uniform(0.4, 0.75), rng.uniform(1.2, 1.5)
    found = room.plan.on_wall_free(width + 0.2, z - length, z + 0.05)
    if found is not None:
        room.put(towel(room.materials, rng, width, length), "towel", room.plan.on_wall(*found, 0, z))


def add_small_furniture(room):
    rng = room.rng
    for add in rng.sample(["stool", "basket", "picture"], rng.randint(0, 3)):
        if add == "picture":
            found = room.plan.on_wall_free(0.5, 1.3, 1.8)
            if found is not None:
                room.put(
                    picture(room.materials, rng, rng.uniform(0.3, 0.48), rng.uniform(0.3, 0.45)),
                    "picture",
                    room.plan.on_wall(*found, 0, 1.55),
                )
            continue
        found = room.plan.against_wall(0.42, 0.42, 0.5, 0)
        if found is not None and add == "stool":
            room.put(stool(room.materials, rng, 0.45), "stool", found[2])
        elif found is not None:
            room.put(basket(room.materials, rng, rng.uniform(0.16, 0.2)), "basket", found[2])
