"""The empty room: walls, floor and ceiling, windows and a door.

Windows and the door are marked as occupied in the plan.
"""

import math

from mathutils import Matrix

from . import surfaces
from .lights import add_light
from .model import Model
from .plan import SIDES
from .walls import curtains, door, wall, window


def build_shell(room):
    """Builds the empty room and returns the side with a window."""
    rng, plan, materials = room.rng, room.plan, room.materials
    sides = rng.sample(list(SIDES), 4)
    openings = {side: [] for side in SIDES}
    for side in sides[: rng.choice([1, 1, 2])]:
        openings[side].append(plan_window(room, side))
    paint, accent = surfaces.paint(materials), sides[3]
    make_special = rng.choice(
        [lambda _: paint, surfaces.wallpaper, surfaces.brick_wall, surfaces.strong_paint]
    )
    special = make_special(materials)
    skirting = (materials.white if rng.random() < 0.7 else materials.wood(), rng.uniform(0.06, 0.12))
    for side in SIDES:
        surface = special if side == accent else paint
        model = wall(materials, surface, skirting, plan.length(side), plan.height, openings[side])
        room.put(model, "wall", plan.on_wall(side))
    build_slab(room, "ceiling", materials.white, plan.height + 0.05, 0)
    build_slab(room, "floor", surfaces.floor(materials), -0.05, rng.choice([0, 90]))
    for side in SIDES:
        for opening in openings[side]:
            build_window(room, side, opening)
    build_door(room, sides[2])
    return sides[0]


def build_slab(room, label, material, z, turn):
    """Floor or ceiling, with its pattern along one of the room's axes."""
    plan = room.plan
    width, depth = (plan.width, plan.depth) if turn == 0 else (plan.depth, plan.width)
    slab = Model()
    slab.box((width + 0.4, depth + 0.4, 0.1), (0, 0, z), material, 0)
    room.put(slab, label, Matrix.Rotation(math.radians(turn), 4, "Z"))


def plan_window(room, side):
    rng, longest = room.rng, room.plan.length(side) - 1.4
    width, sill = min(longest, rng.uniform(1.1, 2.4)), rng.choice([0.25, 0.8, 0.9, 1.0])
    top = min(room.plan.height - 0.25, rng.uniform(2.1, 2.4))
    free = (longest - width) / 2
    x = rng.uniform(-free, free)
    return x - width / 2, x + width / 2, sill, top


def build_window(room, side, opening):
    rng, plan = room.rng, room.plan
    x0, x1, z0, z1 = opening
    x, width, height = (x0 + x1) / 2, x1 - x0, z1 - z0
    plan.hung[side].append((x0 - 0.1, x1 + 0.1, z0 - 0.05, z1 + 0.2))
    room.put(window(room.materials, rng, width, height), "window", plan.on_wall(side, x, 0, (z0 + z1) / 2))
    inwards = Matrix.Rotation(math.radians(-90), 4, "X")
    portal = add_light("AREA", 1.0, plan.on_wall(side, x, -0.19, (z0 + z1) / 2) @ inwards)
    portal.data.shape, portal.data.size, portal.data.size_y = "RECTANGLE", width, height
    portal.data.cycles.is_portal = True
    if rng.random() < 0.65:
        bottom = 0.02 if rng.random() < 0.6 else z0 - 0.08
        model = curtains(room.materials, rng, width, min(z1 + 0.12, plan.height - 0.05), bottom)
        room.put(model, "curtain", plan.on_wall(side, x))
        plan.hung[side].append((x0 - 0.4, x1 + 0.4, bottom, z1 + 0.2))


def build_door(room, side):
    rng, plan = room.rng, room.plan
    width, height = rng.uniform(0.78, 0.92), rng.uniform(1.98, 2.1)
    free = plan.length(side) / 2 - width / 2 - 0.25
    x = rng.uniform(-free, free)
    strip = (x - width / 2 - 0.1, x + width / 2 + 0.1, 0, height + 0.1)
    plan.hung[side].append(strip)
    plan.taken.append(plan.footprint(plan.on_wall(side, x, 0.4), width + 0.1, 0.8))
    room.put(door(room.materials, rng, width, height), "door", plan.on_wall(side, x))
