"""The lamps of a room, which shine when the time of day has them on."""

import math

from mathutils import Matrix

from .lights import add_bulb
from .plan import moved, overlaps
from .things import lamps


def add_light_of(room, places, matrix, energy):
    """The light of a lamp; lamps are off by day, mostly."""
    if room.time.lamps:
        for place in places:
            add_bulb(energy / len(places), matrix @ Matrix.Translation(place), room.bulb_colour)


def add_table_lamp(room, matrix):
    rng = room.rng
    model, places = lamps.shaded(room.materials, rng, rng.uniform(0.36, 0.6), rng.uniform(0.11, 0.17))
    room.put(model, "lamp", matrix)
    if rng.random() < 0.85:
        add_light_of(room, places, matrix, 12)


def add_floor_lamp(room):
    rng = room.rng
    radius, height = rng.uniform(0.15, 0.23), rng.uniform(1.4, 1.75)
    found = room.plan.against_wall(2 * radius, 2 * radius, 1.5, 0)
    if found is None:
        return
    make = rng.choice([lamps.shaded, lamps.shaded, lamps.arc])
    model, places = make(room.materials, rng, height, radius)
    room.put(model, "lamp", found[2])
    add_light_of(room, places, found[2], 22)


def add_ceiling_lamp(room, spot=None, drop=None):
    """A lamp in the middle of the ceiling, or over a spot at a height."""
    rng, height = room.rng, room.plan.height
    energy = 4.5 * room.plan.width * room.plan.depth * rng.uniform(0.6, 1.2)
    x, y = spot or (0.0, 0.0)
    below = (x - 0.5, x + 0.5, y - 0.5, y + 0.5)
    if any(overlaps(below, other) for other in room.plan.lamps):
        return
    room.plan.lamps.append(below)
    kind = rng.choice(["ceiling", "ceiling", "spots", "pendant", "shaded", "chandelier"])
    if drop is not None:
        kind = rng.choice(["pendant", "pendant", "shaded"])
        energy *= 0.6
    if kind == "ceiling":
        model, places, z = *lamps.ceiling(room.materials, rng), height
    elif kind == "spots":
        model, places, z = *lamps.spots(room.materials, rng, rng.uniform(0.8, 1.4)), height
    elif kind == "chandelier":
        down = rng.uniform(0.45, 0.7)
        model, places, z = *lamps.chandelier(room.materials, rng, down), height - down
    else:
        down, radius = drop or rng.uniform(0.4, 0.7), rng.uniform(0.14, 0.24)
        make = (
            lamps.pendant if kind == "pendant" else lambda *arguments: lamps.shaded(*arguments, hanging=True)
        )
        model, places, z = *make(room.materials, rng, down, radius), height - down
    matrix = moved(x, y, z, rng.choice([0, math.pi / 2]))
    room.put(model, "lamp", matrix)
    add_light_of(room, places, matrix, energy)
