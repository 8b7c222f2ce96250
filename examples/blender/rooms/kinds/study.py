"""Studies: desks with computers, and many books."""

import math

from mathutils import Matrix

from ..clutter import DESK, add_floor_clutter, scatter
from ..furnishing import (
    add_armchair,
    add_cabinet,
    add_plant,
    add_radiator,
    add_rug,
    add_shelf,
    add_wall_things,
)
from ..lighting import add_ceiling_lamp, add_floor_lamp, add_light_of
from ..plan import Plan, moved
from ..shell import build_indoors
from ..things import lamps
from ..things.desk import desk, keyboard, laptop, office_chair, screen
from ..things.seats import ChairStyle, chair


def plan(rng):
    return Plan(rng, (2.8, 4.8), (2.8, 4.8))


def build(room):
    rng = room.rng
    build_indoors(room, floors=("planks", "carpet", "concrete"), weights=(5, 3, 1))
    for _ in range(rng.choice([1, 1, 2, 3])):
        add_desk(room)
    for _ in range(rng.randint(1, 3)):
        add_shelf(room)
    for add in rng.sample([add_cabinet, add_armchair, add_plant, add_plant], rng.randint(1, 3)):
        add(room)
    add_radiator(room)
    if rng.random() < 0.3:
        add_floor_lamp(room)
    add_ceiling_lamp(room)
    if rng.random() < 0.4:
        add_rug(room, moved(0, 0), rng.uniform(1.4, 2.2), rng.uniform(1.2, 1.8))
    add_wall_things(room, (1, 5))
    add_floor_clutter(room, rng.randint(1, 4))


def add_desk(room):
    rng, materials = room.rng, room.materials
    width, depth, height = rng.uniform(1.05, 1.7), rng.uniform(0.6, 0.75), rng.uniform(0.71, 0.76)
    found = room.plan.against_wall(width, depth, height + 0.5, 0.8) or room.plan.against_wall(
        width, depth, 0.75, 0.7
    )
    if found is None:
        return
    side, x, matrix = found
    room.put(desk(materials, rng, width, depth, height), "table", matrix)
    room.plan.taken.append(room.plan.footprint(room.plan.on_wall(side, x, depth + 0.4), 0.6, 0.8))
    top = matrix @ Matrix.Translation((0, 0, height))
    if rng.random() < 0.7:
        count = 2 if width > 1.45 and rng.random() < 0.4 else 1
        for i in range(count):
            place = moved(
                (i - (count - 1) / 2) * 0.68, 0.12, 0, rng.gauss(0, 0.05) - 0.15 * (2 * i - count + 1)
            )
            room.put(screen(materials, rng), "computer", top @ place)
        room.put(
            keyboard(materials, rng), "computer", top @ moved(-0.05, -depth / 2 + 0.16, 0, rng.gauss(0, 0.04))
        )
        used = 0.38 * count
    else:
        room.put(laptop(materials, rng), "computer", top @ moved(0, -0.04, 0, rng.gauss(0, 0.1)))
        used = 0.22
    add_beside(room, top, width, used)
    style = ChairStyle(materials, rng)
    model = office_chair(materials, rng) if rng.random() < 0.7 else chair(style)
    out = moved(rng.gauss(0, 0.08), -depth / 2 - rng.uniform(0.12, 0.4), 0, math.pi + rng.gauss(0, 0.5))
    room.put(model, "chair", matrix @ out)


def add_beside(room, top, width, used):
    """A lamp at one side of the computer, and small things at the other."""
    rng = room.rng
    free = width / 2 - used
    end = rng.choice([-1, 1])
    if free > 0.2 and rng.random() < 0.75:
        model, places = lamps.reading(room.materials, rng)
        spot = top @ moved(end * (width / 2 - 0.14), 0.12, 0, -end * 0.6)
        room.put(model, "lamp", spot)
        add_light_of(room, places, spot, 9)
    if free > 0.12:
        scatter(
            room,
            top @ moved(-end * (width / 2 - free / 2), 0.1),
            free - 0.04,
            0.3,
            0,
            rng.randint(1, 3),
            DESK,
            0.45,
        )
