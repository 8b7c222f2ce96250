"""Kitchens: a row of units with a sink and an oven along one or two walls, and a table."""

from mathutils import Matrix

from ..clutter import KITCHEN, scatter
from ..furnishing import add_cabinet, add_plant, add_radiator, add_shelf, add_wall_shelf, add_wall_things
from ..lighting import add_ceiling_lamp
from ..looks.walls import wall_tiles
from ..plan import SIDES, Plan
from ..shell import build_indoors
from ..things import kitchen as units
from ..things.model import Model
from ..things.stools import stool
from .dining import add_dining_table


def plan(rng):
    return Plan(rng, (2.6, 4.8), (2.8, 4.8), (2.45, 2.9))


def build(room):
    rng = room.rng
    build_indoors(room, floors=("planks", "tiles", "concrete"), weights=(4, 6, 0.6), sill=1.05)
    style = Style(room)
    sides = sorted(SIDES, key=lambda side: longest_run(room, side)[1], reverse=True)
    add_run(room, style, sides[0], ["sink", "oven", "refrigerator"])
    if rng.random() < 0.35:
        add_run(room, style, sides[1], [])
    if room.plan.width * room.plan.depth > 13 and rng.random() < 0.4:
        add_island(room, style)
    add_dining_table(room)
    if rng.random() < 0.4:
        add_cabinet(room, KITCHEN, may_have_screen=False)
    if rng.random() < 0.35:
        add_shelf(room, KITCHEN)
    add_radiator(room)
    if rng.random() < 0.6:
        add_plant(room, rng.uniform(0.5, 1.2))
    add_ceiling_lamp(room)
    if rng.random() < 0.5:
        add_wall_shelf(room, KITCHEN)
    add_wall_things(room, (0, 3))


class Style:
    """The common look of the units of a kitchen."""

    def __init__(self, room):
        rng, materials = room.rng, room.materials
        self.front = rng.choice(
            [
                materials.white,
                materials.wood(),
                materials.plain((0.2, 0.75), (0.2, 0.75)),
                materials.plain((0.2, 0.75), (0.2, 0.75)),
            ]
        )
        self.upper = self.front if rng.random() < 0.7 else rng.choice([materials.white, materials.wood()])
        self.top = rng.choice([materials.stone(), materials.stone(), materials.wood(), materials.white])
        self.splash = rng.choice([wall_tiles(materials), wall_tiles(materials), self.top])


def longest_run(room, side):
    """The longest stretch of a wall at which units can stand: (start, length)."""
    half, best, start, x = room.plan.length(side) / 2 - 0.02, (0, 0), None, 0.0
    steps = int(2 * half / 0.05)
    for i in range(steps + 1):
        x = -half + i * 0.05
        free = i < steps and room.plan.fits(side, x + 0.025, 0.05, 0.6, 1.0, 0.5)
        if free and start is None:
            start = x
        elif not free and start is not None:
            best = max(best, (start, x - start), key=lambda run: run[1])
            start = None
    return best


def add_run(room, style, side, wanted):
    """A row of units along a wall."""
    rng, materials = room.rng, room.materials
    start, length = longest_run(room, side)
    length = min(length, rng.uniform(2.4, 4.2))
    if length < 1.25:
        return
    fridge = rng.uniform(0.58, 0.68) if "refrigerator" in wanted and length > 2.3 else 0.0
    left_end = rng.random() < 0.5
    if fridge:
        x = start + (fridge / 2 if left_end else length - fridge / 2)
        height = rng.uniform(1.5, 2.0)
        if room.plan.hang(side, x, fridge, 0, height, 0):
            place = room.plan.reserve(side, x, fridge, 0.62, height)
            room.put(units.refrigerator(materials, rng, fridge - 0.01, height), "refrigerator", place)
        start, length = start + (fridge + 0.01 if left_end else 0), length - fridge - 0.01
    middle = start + length / 2
    matrix = room.plan.reserve(side, middle, length, units.DEPTH, 0.9)
    slots = share_out(rng, length, [name for name in wanted if name != "refrigerator"])
    hole = None
    for name, x, width in slots:
        place = matrix @ Matrix.Translation((x, 0, 0))
        if name == "oven":
            room.put(units.oven(materials, rng), "oven", place)
            continue
        room.put(
            units.base_unit(materials, style.front, width - 0.002, rng.random() < 0.35), "cabinet", place
        )
        if name == "sink":
            hole = (x - 0.24, x + 0.24)
            room.put(units.sink(materials, 0.48), "sink", place)
    add_worktops(room, style, matrix, slots, hole)
    add_above(room, style, side, middle, length, slots, matrix)


def share_out(rng, length, wanted):
    """Divides a row into units of about 0.6 m: (name or None, middle, width)."""
    count = max(len(wanted) + 1, round(length / 0.6))
    names = wanted + [None] * (count - len(wanted))
    rng.shuffle(names)
    ovens = names.count("oven")
    each = (length - 0.6 * ovens) / (count - ovens)
    if each < 0.5:
        names = [name for name in names if name != "oven"]
        each = length / len(names)
    slots, x = [], -length / 2
    for name in names:
        width = 0.6 if name == "oven" else each
        slots.append((name, x + width / 2, width))
        x += width
    return slots


def add_worktops(room, style, matrix, slots, hole):
    """Worktops between ovens, with what stands on them."""
    rng, runs = room.rng, [[]]
    for slot in slots:
        if slot[0] == "oven":
            runs.append([])
        else:
            runs[-1].append(slot)
    for run in filter(None, runs):
        left, right = run[0][1] - run[0][2] / 2, run[-1][1] + run[-1][2] / 2
        middle = (left + right) / 2
        inside = hole is not None and left < hole[0] < right
        cut = (hole[0] - middle, hole[1] - middle) if inside else None
        place = matrix @ Matrix.Translation((middle, 0, 0))
        room.put(units.worktop(style.top, right - left, cut), "counter", place)
        stretches = [(left, hole[0]), (hole[1], right)] if inside else [(left, right)]
        for x0, x1 in stretches:
            if x1 - x0 > 0.25:
                spot = matrix @ Matrix.Translation(((x0 + x1) / 2, 0.06, 0))
                if x1 - x0 > 0.9 and rng.random() < 0.35:
                    room.put(
                        units.microwave(room.materials, rng),
                        "appliance",
                        spot @ Matrix.Translation((0, 0.06, units.TOP)),
                    )
                else:
                    scatter(
                        room,
                        spot,
                        x1 - x0 - 0.1,
                        0.34,
                        units.TOP,
                        rng.randint(0, 1 + int((x1 - x0) * 3)),
                        KITCHEN,
                        0.4,
                    )


def add_above(room, style, side, middle, length, slots, matrix):
    """Tiles behind the worktop, and a hood and units on the wall."""
    rng, materials = room.rng, room.materials
    splash, high = Model(), rng.choice([0.5, 0.55])
    if room.plan.hang(side, middle, length, 0.9, 0.9 + high, 0.0):
        splash.box((length, 0.01, high), (0, -0.005, 0.9 + high / 2), style.splash, 0)
        room.put(splash, "wall", room.plan.on_wall(side, middle))
    else:
        splash.discard()
    shelf_z, tall = 1.42, min(0.75, room.plan.height - 1.5)
    has_units = rng.random() < 0.75
    for name, x, width in slots:
        at_wall = middle + x
        if name == "oven":
            if room.plan.hang(side, at_wall, 0.6, 1.62, 2.4, 0.0):
                model = units.hood(materials, 0.6, room.plan.height - 1.6)
                room.put(
                    model,
                    "appliance",
                    room.plan.on_wall(side, at_wall, 0.3) @ Matrix.Translation((0, 0, 1.6)),
                )
        elif (
            has_units
            and rng.random() < 0.85
            and room.plan.hang(side, at_wall, width, shelf_z, shelf_z + tall, 0.0)
        ):
            place = room.plan.on_wall(side, at_wall, 0.17) @ Matrix.Translation((0, 0, shelf_z))
            room.put(
                units.wall_unit(materials, style.upper, width - 0.002, tall, 1 if width < 0.55 else 2),
                "cabinet",
                place,
            )


def add_island(room, style):
    rng = room.rng
    width = rng.uniform(1.2, 1.8)
    matrix = room.plan.on_floor(width + 0.2, 1.4, 0.5)
    if matrix is None:
        return
    base = Model()
    base.box(
        (width - 0.06, units.DEPTH - 0.1, units.TOP - 0.04),
        (0, 0, (units.TOP - 0.04) / 2),
        style.front,
        0.003,
    )
    room.put(base, "cabinet", matrix)
    room.put(units.worktop(style.top, width), "counter", matrix)
    scatter(room, matrix, width * 0.9, 0.45, units.TOP, rng.randint(1, 5), KITCHEN, 0.45)
    style_rng = rng.getstate()
    for i in range(int(width / 0.55)):
        rng.setstate(style_rng)
        x = (i + 0.5) * width / int(width / 0.55) - width / 2
        room.put(
            stool(room.materials, rng, 0.65),
            "stool",
            matrix @ Matrix.Translation((x, -units.DEPTH / 2 - 0.22, 0)),
        )
