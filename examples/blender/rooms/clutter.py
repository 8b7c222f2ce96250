"""Small things: on top of tables, cabinets and shelves, and on the floor."""

import math

from mathutils import Matrix

from .things.containers import basket, bottle, bowl, box, cup, flowers, plate, vase
from .things.decor import candles, sculpture
from .things.desk import laptop
from .things.kitchen import kettle, pan
from .things.plants import plant
from .things.shelves import book_stack, open_book
from .things.stools import pouf

# What lies where, and how often.
LIVING = {
    "vase": 3,
    "books": 3,
    "plant": 2,
    "bowl": 2,
    "candles": 2,
    "sculpture": 2,
    "flowers": 2,
    "cup": 2,
    "box": 1,
    "open book": 1,
    "bottle": 1,
    "laptop": 1,
}
KITCHEN = {
    "bottle": 4,
    "bowl": 3,
    "cup": 4,
    "plate": 2,
    "kettle": 2,
    "pan": 2,
    "plant": 2,
    "vase": 1,
    "box": 1,
}
BATHROOM = {"bottle": 7, "cup": 3, "plant": 1, "box": 1, "candles": 1, "vase": 1}
DESK = {"books": 4, "cup": 3, "plant": 2, "box": 2, "open book": 2, "bottle": 1, "vase": 1}
OUTDOORS = {"flowers": 3, "candles": 2, "bottle": 2, "bowl": 2, "cup": 3, "plant": 2, "plate": 1}


def small_thing(room, kind, free):
    """A thing of a kind at most `free` high: (class, model, half of its width)."""
    rng, materials = room.rng, room.materials
    tall = min(free, rng.uniform(0.1, 0.34))
    if kind == "vase":
        return "vase", vase(materials, rng, tall), 0.42 * tall
    if kind == "books":
        return "book", book_stack(materials, rng), 0.15
    if kind == "open book":
        return "book", open_book(materials, rng), 0.18
    if kind == "plant":
        tall = min(free, rng.uniform(0.22, 0.42))
        return "plant", plant(materials, rng, tall), 0.3 * tall
    if kind == "flowers":
        tall = min(free, rng.uniform(0.3, 0.5))
        return "plant", flowers(materials, rng, tall), 0.3 * tall
    if kind == "sculpture":
        return "decor", sculpture(materials, rng, tall), 0.35 * tall
    if kind == "candles":
        return "decor", candles(materials, rng), 0.12
    if kind == "bowl":
        return "bowl", bowl(materials, rng, rng.random() < 0.6), 0.16
    if kind == "box":
        largest = min(0.28, free)
        return "box", box(materials, rng, largest), 0.7 * largest
    if kind == "laptop" and free < 0.5:
        kind = "bottle"
    if kind == "laptop":
        return "computer", laptop(materials, rng), 0.18
    radius, make = {
        "bottle": (0.05, bottle),
        "cup": (0.06, cup),
        "plate": (0.14, plate),
        "kettle": (0.12, kettle),
        "pan": (0.2, pan),
    }[kind]
    name = {"kettle": "appliance", "pan": "decor"}.get(kind, kind)
    return name, make(materials, rng), radius


def scatter(room, matrix, width, depth, height, count, kinds=None, free=1.0):
    """Puts small things side by side on a surface of this size, without overlaps."""
    rng, kinds = room.rng, kinds or LIVING
    chosen = [small_thing(room, kind, free) for kind in rng.choices(list(kinds), kinds.values(), k=count)]
    total = sum(2 * radius for _, _, radius in chosen)
    while chosen and total > width:
        _, left_out, radius = chosen.pop()
        left_out.discard()
        total -= 2 * radius
    gap, x = (width - total) / (len(chosen) + 1), -width / 2
    for label, model, radius in chosen:
        x += gap * rng.uniform(0.5, 1.5) if len(chosen) > 1 else gap
        x = min(x, width / 2 - 2 * radius)
        slack = max(0.0, depth / 2 - radius)
        turn = rng.uniform(-0.5, 0.5) if label in ("computer", "box") else rng.uniform(0, 6.28)
        spot = Matrix.Translation((x + radius, rng.uniform(-slack, slack), height))
        room.put(model, label, matrix @ spot @ Matrix.Rotation(turn, 4, "Z"))
        x += 2 * radius


def add_floor_clutter(room, count):
    """Boxes, baskets, poufs and piles of books on the floor, mostly at walls."""
    rng, materials = room.rng, room.materials
    for _ in range(count):
        kind = rng.choice(["box", "boxes", "basket", "pouf", "books", "vase"])
        radius = rng.uniform(0.16, 0.24)
        found = room.plan.against_wall(2 * radius + 0.1, 2 * radius + 0.1, 0.4, 0)
        if found is None:
            continue
        matrix = found[2] @ Matrix.Rotation(rng.uniform(-0.25, 0.25), 4, "Z")
        if kind in ("box", "boxes"):
            model = box(materials, rng, 2 * radius)
            top = model.top()
            room.put(model, "box", matrix)
            if kind == "boxes":
                turn = Matrix.Rotation(rng.uniform(-0.4, 0.4), 4, "Z")
                room.put(
                    box(materials, rng, 1.1 * radius), "box", matrix @ Matrix.Translation((0, 0, top)) @ turn
                )
        elif kind == "basket":
            room.put(basket(materials, rng, radius), "basket", matrix)
        elif kind == "pouf":
            room.put(pouf(materials, rng), "stool", matrix)
        elif kind == "books":
            room.put(
                book_stack(materials, rng, rng.randint(3, 9)),
                "book",
                matrix @ Matrix.Rotation(rng.uniform(0, math.pi), 4, "Z"),
            )
        else:
            room.put(vase(materials, rng, rng.uniform(0.4, 0.7)), "vase", matrix)
