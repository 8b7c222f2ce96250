"""The empty room: walls, floor and ceiling, windows and a door, and its daylight.

Windows and the door are marked as occupied in the plan.
"""

import math

from mathutils import Matrix

from .lights import add_daylight, add_fill, add_light
from .looks.bricks import brick_wall
from .looks.floors import concrete, floor, planks
from .looks.walls import paint, panelling, strong_paint, wallpaper
from .nature import build_surroundings
from .plan import SIDES
from .things.model import Model
from .things.walls import curtains, door, wall, window


def build_indoors(room, floors=None, weights=None, sill=0.25, walls=None, has_curtains=True):
    """Builds an empty room with windows, one door and what is outdoors.

    `walls` is the material of all walls, if they are alike.
    """
    rng, plan = room.rng, room.plan
    sides = rng.sample(list(SIDES), 4)
    # Windows are at sides of the room that are long enough.
    sides.sort(key=lambda side: plan.length(side) < 2.1)
    room.windows = [(side, plan_window(room, side, sill)) for side in sides[: rng.choice([1, 1, 2])]]
    room.bulb_colour = rng.choice([(1.0, 0.72, 0.42), (1.0, 0.8, 0.55), (1.0, 0.9, 0.78)])
    build_walls(room, sides[3], walls)
    build_ceiling(room)
    kinds = (floors, weights) if floors else ()
    build_slab(room, "floor", floor(room.materials, *kinds), -0.05, rng.choice([0, 90]))
    for side, opening in room.windows:
        build_window(room, side, opening, has_curtains)
    build_door(room, sides[2])
    # From the first window outwards, at a slight angle.
    add_daylight(room, math.radians(SIDES[sides[0]] + 90 + rng.uniform(-55, 55)))
    add_fill(plan, room.time)
    build_surroundings(room, plan.width / 2 + 4, rng.choice([-0.5, -0.5, -3.5, -9.0]))


def build_walls(room, accent, walls):
    """Three walls of paint, and one that may be special; the walls of bathrooms are all alike."""
    rng, plan, materials = room.rng, room.plan, room.materials
    plain = walls or paint(materials)
    special = plain
    if walls is None:
        makers = [
            wallpaper,
            brick_wall,
            strong_paint,
            panelling,
            concrete,
        ]
        make = rng.choices([None, *makers], [4, 4, 1.5, 3, 2, 0.5])[0]
        special = make(materials) if make else plain
        if make is wallpaper and rng.random() < 0.35:
            plain = special
    skirting = (materials.white if rng.random() < 0.7 else materials.wood(), rng.uniform(0.06, 0.12))
    for side in SIDES:
        surface = special if side == accent else plain
        openings = [opening for other, opening in room.windows if other == side]
        model = wall(materials, surface, skirting, plan.length(side), plan.height, openings)
        room.put(model, "wall", plan.on_wall(side))


def build_ceiling(room):
    rng, plan, materials = room.rng, room.plan, room.materials
    kind = rng.choices(["white", "paint", "boards", "beams"], [7, 1, 1, 1])[0]
    material = {"paint": paint, "boards": planks}.get(kind, lambda _: materials.white)(materials)
    build_slab(room, "ceiling", material, plan.height + 0.05, rng.choice([0, 90]))
    if kind == "beams":
        wood, count = materials.wood(), round(plan.width / rng.uniform(0.7, 1.1))
        for i in range(count):
            x = ((i + 0.5) / count - 0.5) * plan.width
            beam = Model()
            beam.box((0.11, plan.depth - 0.01, 0.13), (x, 0, plan.height - 0.06), wood, 0.006)
            room.put(beam, "ceiling", Matrix.Identity(4))


def build_slab(room, label, material, z, turn):
    """Floor or ceiling, with its pattern along one of the room's axes."""
    plan = room.plan
    width, depth = (plan.width, plan.depth) if turn == 0 else (plan.depth, plan.width)
    slab = Model()
    slab.box((width + 0.4, depth + 0.4, 0.1), (0, 0, z), material, 0)
    room.put(slab, label, Matrix.Rotation(math.radians(turn), 4, "Z"))


def plan_window(room, side, sill):
    rng, longest = room.rng, room.plan.length(side) - 0.9
    width, bottom = min(longest, rng.uniform(1.0, 2.4)), max(sill, rng.choice([0.25, 0.8, 0.9, 1.0]))
    top = min(room.plan.height - 0.25, rng.uniform(2.1, 2.4))
    free = (longest - width) / 2
    x = rng.uniform(-free, free)
    return x - width / 2, x + width / 2, bottom, top


def build_window(room, side, opening, has_curtains):
    rng, plan = room.rng, room.plan
    x0, x1, z0, z1 = opening
    x, width, height = (x0 + x1) / 2, x1 - x0, z1 - z0
    plan.hung[side].append((x0 - 0.1, x1 + 0.1, z0 - 0.05, z1 + 0.2))
    room.put(window(room.materials, rng, width, height), "window", plan.on_wall(side, x, 0, (z0 + z1) / 2))
    inwards = Matrix.Rotation(math.radians(-90), 4, "X")
    portal = add_light("AREA", 1.0, plan.on_wall(side, x, -0.19, (z0 + z1) / 2) @ inwards)
    portal.data.shape, portal.data.size, portal.data.size_y = "RECTANGLE", width, height
    portal.data.cycles.is_portal = True
    if has_curtains and rng.random() < 0.65:
        bottom = 0.02 if rng.random() < 0.6 else z0 - 0.08
        model = curtains(room.materials, rng, width, min(z1 + 0.12, plan.height - 0.05), bottom)
        room.put(model, "curtain", plan.on_wall(side, x))
        plan.hung[side].append((x0 - 0.4, x1 + 0.4, bottom, z1 + 0.2))


def build_door(room, side):
    """A door where there is room for one."""
    rng, plan = room.rng, room.plan
    width, height = rng.uniform(0.78, 0.92), rng.uniform(1.98, 2.1)
    free = plan.length(side) / 2 - width / 2 - 0.25
    for _ in range(20):
        x = rng.uniform(-free, free)
        front = plan.footprint(plan.on_wall(side, x, 0.4), width + 0.1, 0.8)
        if plan.hang(side, x, width + 0.2, 0, height + 0.1, 0.02):
            plan.taken.append(front)
            room.put(door(room.materials, rng, width, height), "door", plan.on_wall(side, x))
            return
