"""Places outdoors: a terrace, a balcony or a front yard beside a house, under the sky.

Beyond the last things is the sky, which has no depth and no class.
"""

import math

from mathutils import Vector

from ..clutter import OUTDOORS, scatter
from ..lighting import add_light_of
from ..lights import add_daylight
from ..looks.floors import concrete, planks, tiles
from ..looks.glass import outer_pane
from ..nature import build_surroundings, bush, grass
from ..plan import SIDES, Plan, moved
from ..shell import build_slab
from ..things.containers import basket, box
from ..things.house import fence, hedge, low_wall, plaster, railing, roofing
from ..things.model import Model
from ..things.plants import plant
from ..things.stools import bench, stool
from ..things.tables import table
from ..things.terrace import lantern, light_string, lounger, parasol, planter, wall_lamp
from ..things.walls import door, wall, window
from .dining import add_chairs


def plan(rng):
    return Plan(rng, (4.5, 8.0), (4.5, 8.0), (5.4, 5.8))


def build(room):
    rng = room.rng
    room.windows, room.bulb_colour = [], (1.0, 0.75, 0.45)
    front = rng.choice(list(SIDES))
    build_front(room, front)
    build_ground(room)
    build_boundary(room, [side for side in SIDES if side != front])
    # The sun shines on the front, or from the side.
    add_daylight(room, math.radians(SIDES[front] - 90 + rng.uniform(-100, 100)))
    build_surroundings(
        room, max(room.plan.width, room.plan.depth) * 0.71, rng.choice([-0.16, -0.16, -0.16, -3.2])
    )
    furnish(room)
    add_lamps(room, front)


def build_front(room, side):
    """The front of the house, with windows on two floors and a door."""
    rng, plan, materials = room.rng, room.plan, room.materials
    length = plan.length(side)
    columns = int(length / rng.uniform(1.7, 2.2))
    openings, door_at = [], rng.randrange(columns)
    wide, tall = rng.uniform(0.85, 1.3), rng.uniform(1.2, 1.5)
    for floor in range(2):
        for i in range(columns):
            x = ((i + 0.5) / columns - 0.5) * length
            if floor == 0 and i == door_at:
                room.put(door(materials, rng, 0.9, 2.1), "door", plan.on_wall(side, x))
                plan.hang(side, x, 1.1, 0, 2.3)
                plan.taken.append(plan.footprint(plan.on_wall(side, x, 0.5), 1.0, 1.0))
                continue
            low = 0.85 + 2.8 * floor
            openings.append((x - wide / 2, x + wide / 2, low, low + tall))
    surface = plaster(materials)
    room.put(
        wall(materials, surface, (materials.stone(), 0.25), length, plan.height, openings),
        "building",
        plan.on_wall(side),
    )
    glass, frame_state = outer_pane(materials), rng.getstate()
    for x0, x1, z0, z1 in openings:
        rng.setstate(frame_state)
        x = (x0 + x1) / 2
        room.put(
            window(materials, rng, x1 - x0, z1 - z0, glass), "window", plan.on_wall(side, x, 0, (z0 + z1) / 2)
        )
        plan.hang(side, x, x1 - x0 + 0.1, z0, z1)
    build_roof(room, side, length)


def build_roof(room, side, length):
    plan, model = room.plan, Model()

    def slope(u, v):
        return Vector(((u - 0.5) * (length + 0.9), -0.5 + 4.0 * v, plan.height - 0.15 + 2.2 * v))

    model.sheet(1, 1, slope, roofing(room.materials))
    model.rod(
        0.05,
        length + 0.9,
        (-length / 2 - 0.45, -0.52, plan.height - 0.17),
        room.materials.metal,
        turn=(0, math.pi / 2, 0),
    )
    room.put(model, "building", plan.on_wall(side))


def build_ground(room):
    rng, materials = room.rng, room.materials
    kind = rng.choices(["planks", "tiles", "concrete", "grass"], [4, 4, 2, 2])[0]
    if kind == "grass":
        material, label = grass(rng), "grass"
    else:
        material, label = (
            {"planks": planks, "tiles": tiles, "concrete": concrete}[kind](materials),
            "floor",
        )
    build_slab(room, label, material, -0.05, rng.choice([0, 90]))


def build_boundary(room, sides):
    """Railings, fences, hedges or low walls on the other sides, some of which are open."""
    rng, plan, materials = room.rng, room.plan, room.materials
    first = rng.choice([railing, fence, hedge, low_wall])
    for side in sides:
        make = rng.choices([first, rng.choice([railing, fence, hedge]), None], [5, 2, 2])[0]
        if make is not None:
            label = {railing: "fence", fence: "fence", hedge: "tree", low_wall: "wall"}[make]
            room.put(
                make(materials, rng, plan.length(side) + 0.1),
                label,
                plan.on_wall(side, 0, 0.0 if make is not hedge else -0.35),
            )


def furnish(room):
    rng, plan, materials = room.rng, room.plan, room.materials
    if rng.random() < 0.8:
        add_table(room)
    for _ in range(rng.randint(0, 2)):
        matrix = plan.on_floor(0.8, 2.1, 0.3)
        if matrix is not None:
            room.put(lounger(materials, rng), "chair", matrix)
    if rng.random() < 0.6:
        width = rng.uniform(1.1, 1.6)
        found = plan.against_wall(width, 0.6, 0.5, 0.5)
        if found is not None:
            room.put(bench(materials, rng, width, outdoors=True), "bench", found[2])
    for _ in range(rng.randint(1, 3)):
        width = rng.uniform(0.7, 1.6)
        found = plan.against_wall(width, 0.45, 0.5, 0.1)
        if found is not None:
            model, plants = planter(materials, rng, width)
            room.put(model, "box", found[2])
            for x, z, shoots in plants:
                room.put(shoots, "plant", found[2] @ moved(x, 0, z, rng.uniform(0, 6)))
    for _ in range(rng.randint(2, 6)):
        height = rng.uniform(0.4, 1.5)
        found = plan.against_wall(height * 0.45, height * 0.45, 0.3, 0)
        if found is not None:
            room.put(plant(materials, rng, height), "plant", found[2] @ moved(0, 0, 0, rng.uniform(0, 6)))
    for _ in range(rng.randint(0, 3)):
        found = plan.against_wall(0.5, 0.5, 0.5, 0)
        if found is not None:
            label = rng.choice(["box", "basket", "stool"])
            make, size = {"box": (box, 0.4), "basket": (basket, 0.2), "stool": (stool, 0.45)}[label]
            room.put(make(materials, rng, size), label, found[2])
    if rng.random() < 0.4:
        place = plan.on_floor(1.0, 1.0, 0.4)
        if place is not None:
            room.put(bush(rng, materials, 0.4), "tree", place)


def add_table(room):
    rng, plan = room.rng, room.plan
    is_round = rng.random() < 0.4
    width = rng.uniform(0.8, 1.2) if is_round else rng.uniform(1.2, 1.9)
    depth = width if is_round else rng.uniform(0.75, 0.95)
    matrix = plan.on_floor(width + (0.9 if is_round else 0.3), depth + 0.9, 0.3)
    if matrix is None:
        return
    room.put(table(room.materials, rng, width, depth, 0.74, is_round), "table", matrix)
    add_chairs(room, matrix, width, depth, 0.74, is_round)
    if rng.random() < 0.4:
        room.put(parasol(room.materials, rng, rng.uniform(1.2, 1.6)), "decor", matrix)
        return
    scatter(room, matrix, width * 0.6, depth * 0.3, 0.74, rng.randint(1, 4), OUTDOORS, 0.4)


def add_lamps(room, front):
    rng, plan, materials = room.rng, room.plan, room.materials
    for _ in range(rng.randint(1, 2)):
        found = plan.on_wall_free(0.2, 1.95, 2.25, [front])
        if found is not None:
            model, places = wall_lamp(materials, rng)
            matrix = plan.on_wall(*found, 0, 2.05)
            room.put(model, "lamp", matrix)
            add_light_of(room, places, matrix, 60)
    for _ in range(rng.randint(0, 3)):
        found = plan.against_wall(0.3, 0.3, 0.4, 0)
        if found is not None:
            model, places = lantern(materials, rng)
            room.put(model, "lamp", found[2])
            add_light_of(room, places, found[2], 8)
    if rng.random() < 0.4:
        length, far = plan.length(front), plan.depth if front in ("north", "south") else plan.width
        for x in (-0.25, 0.25):
            start, end = Vector((x * length, -0.02, 2.7)), Vector((x * length * 1.4, -far + 0.1, 2.4))
            model, places = light_string(materials, rng, start, end)
            model.rod(0.025, 2.42, (end.x, end.y, 0), materials.black)
            matrix = plan.on_wall(front)
            room.put(model, "lamp", matrix)
            add_light_of(room, places, matrix, 40)
