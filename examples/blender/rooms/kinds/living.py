"""Living rooms: a sofa with a low table, shelves, cabinets, sometimes a place to eat."""

from mathutils import Matrix

from ..clutter import add_floor_clutter, scatter
from ..furnishing import (
    add_armchair,
    add_cabinet,
    add_plant,
    add_radiator,
    add_rug,
    add_shelf,
    add_wall_things,
)
from ..lighting import add_ceiling_lamp, add_floor_lamp
from ..plan import Plan, moved
from ..shell import build_indoors
from ..things.beds import throw
from ..things.seats import sofa
from ..things.tables import table
from .dining import add_dining_table


def plan(rng):
    return Plan(rng, (4.0, 6.4), (4.0, 6.4))


def build(room):
    rng = room.rng
    build_indoors(room)
    add_seating(room)
    if rng.random() < 0.5:
        add_dining_table(room)
    for add in rng.sample([add_shelf, add_shelf, add_cabinet, add_cabinet], rng.randint(2, 4)):
        add(room)
    add_radiator(room)
    for _ in range(rng.randint(1, 3)):
        add_plant(room)
    if rng.random() < 0.8:
        add_floor_lamp(room)
    if rng.random() < 0.6:
        add_armchair(room)
    if rng.random() < 0.6:
        add_ceiling_lamp(room)
    add_wall_things(room, (3, 7))
    add_floor_clutter(room, rng.randint(0, 3))


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
    if rng.random() < 0.3:
        spot = moved(rng.choice([-1, 1]) * (width / 2 - 0.1), -0.05, rng.uniform(0.56, 0.6))
        if rng.random() < 0.5:
            room.put(
                throw(room.materials, rng, 0.3, depth * 0.6),
                "blanket",
                matrix @ spot @ Matrix.Translation((0, 0, 0.08)),
            )
    long, broad, is_round = rng.uniform(0.8, 1.2), rng.uniform(0.5, 0.65), rng.random() < 0.3
    if is_round:
        long = broad = rng.uniform(0.65, 0.9)
    ahead = depth + rng.uniform(0.35, 0.5) + broad / 2
    centre = room.plan.on_wall(side, x + rng.uniform(-0.15, 0.15), ahead)
    spot = room.plan.footprint(centre, long, broad)
    if room.plan.is_free(spot):
        room.plan.taken.append(spot)
        height = rng.uniform(0.36, 0.46)
        room.put(table(room.materials, rng, long, broad, height, is_round), "table", centre)
        scatter(room, centre, long * 0.75, broad * 0.6, height, rng.randint(1, 4))
    if rng.random() < 0.8:
        across = rng.uniform(1.8, 2.6)
        size = (across, across) if rng.random() < 0.25 else (across, rng.uniform(1.3, 1.8))
        size = (min(size[0], room.plan.length(side) - 2 * abs(x) - 0.1), size[1])
        add_rug(room, room.plan.on_wall(side, x, max(ahead, size[1] / 2 + 0.1)), *size)
