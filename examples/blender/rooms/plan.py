"""The floor plan: the free places on the floor and on the walls of a room around the origin.

Places are matrices whose x axis is along a wall and whose y axis points into it.
"""

import math

from mathutils import Matrix, Vector

SIDES = {"north": 0, "east": -90, "south": 180, "west": 90}


def moved(x, y, z=0.0, turn=0.0):
    """A place beside the origin, turned around z."""
    return Matrix.Translation((x, y, z)) @ Matrix.Rotation(turn, 4, "Z")


def overlaps(first, second, gap=0.0):
    """Whether two (x0, x1, y0, y1) rectangles are closer than the gap."""
    return (
        first[0] < second[1] + gap
        and second[0] < first[1] + gap
        and first[2] < second[3] + gap
        and second[2] < first[3] + gap
    )


class Plan:
    """The size of a room and its occupied places."""

    def __init__(self, rng, width=(4.2, 6.4), depth=(4.2, 6.4), height=(2.5, 3.0)):
        self.rng = rng
        self.width, self.depth = rng.uniform(*width), rng.uniform(*depth)
        self.height = rng.uniform(*height)
        self.taken = []  # rectangles on the floor
        self.rugs, self.lamps = [], []  # rectangles on the floor, and below the ceiling
        self.hung = {side: [] for side in SIDES}  # rectangles on the walls, along the wall and up

    def length(self, side):
        return self.width if side in ("north", "south") else self.depth

    def on_wall(self, side, x=0.0, out=0.0, z=0.0):
        """The matrix of a place on a wall: x along the wall, y into it, z up."""
        half = (self.depth if side in ("north", "south") else self.width) / 2
        return Matrix.Rotation(math.radians(SIDES[side]), 4, "Z") @ Matrix.Translation((x, half - out, z))

    def footprint(self, matrix, width, depth):
        """The axis-aligned rectangle around a thing on the floor."""
        corners = [matrix @ Vector((x * width / 2, y * depth / 2, 0)) for x in (-1, 1) for y in (-1, 1)]
        xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
        return min(xs), max(xs), min(ys), max(ys)

    def fits(self, side, x, width, depth, height, room_in_front=0.35, bottom=0.0):
        """Whether a thing fits with its back to a wall."""
        if abs(x) + width / 2 > self.length(side) / 2:
            return False
        strip = (x - width / 2, x + width / 2, bottom, height)
        if any(overlaps(strip, other, 0.05) for other in self.hung[side]):
            return False
        with_front = depth + room_in_front
        needed = self.footprint(self.on_wall(side, x, with_front / 2), width, with_front)
        return not any(overlaps(needed, other) for other in self.taken)

    def reserve(self, side, x, width, depth, height, bottom=0.0):
        """Reserves a place at a wall and returns its matrix."""
        matrix = self.on_wall(side, x, depth / 2 + 0.03)
        self.hung[side].append((x - width / 2, x + width / 2, bottom, height))
        self.taken.append(self.footprint(matrix, width, depth))
        return matrix

    def against_wall(self, width, depth, height, room_in_front=0.35, sides=None):
        """Reserves a place for a thing with its back to a wall: (side, x, matrix), or None."""
        for _ in range(60):
            side = self.rng.choice(sides or list(SIDES))
            free = self.length(side) / 2 - width / 2 - 0.06
            if free < 0:
                continue
            x = self.rng.uniform(-free, free)
            # Large things stand in corners as often as not.
            if width > 0.6 and self.rng.random() < 0.3:
                x = self.rng.choice([-free, free])
            if self.fits(side, x, width, depth, height, room_in_front):
                return side, x, self.reserve(side, x, width, depth, height)
        return None

    def on_wall_free(self, width, low, high, sides=None, margin=0.15):
        """Reserves a place on a wall, for what hangs between two heights: (side, x), or None."""
        for _ in range(30):
            side = self.rng.choice(sides or list(SIDES))
            free = self.length(side) / 2 - width / 2 - margin
            if free < 0:
                continue
            x = self.rng.uniform(-free, free)
            if self.hang(side, x, width, low, high):
                return side, x
        return None

    def hang(self, side, x, width, low, high, gap=0.08):
        """Reserves a given place on a wall; false if it is occupied."""
        strip = (x - width / 2, x + width / 2, low, high)
        if any(overlaps(strip, other, gap) for other in self.hung[side]):
            return False
        self.hung[side].append(strip)
        return True

    def is_free(self, spot, gap=0.1, margin=0.3):
        """Whether a rectangle on the floor is inside the room and free."""
        half_x, half_y = self.width / 2 - margin, self.depth / 2 - margin
        inside = spot[0] > -half_x and spot[1] < half_x and spot[2] > -half_y and spot[3] < half_y
        return inside and not any(overlaps(spot, other, gap) for other in self.taken)

    def on_floor(self, width, depth, margin):
        """Reserves a free-standing place: a matrix, or None."""
        for _ in range(80):
            turn = self.rng.choice([0, 90])
            across, along = (width, depth) if turn == 0 else (depth, width)
            free_x, free_y = self.width / 2 - across / 2 - margin, self.depth / 2 - along / 2 - margin
            if free_x < 0 or free_y < 0:
                continue
            place = (self.rng.uniform(-free_x, free_x), self.rng.uniform(-free_y, free_y), 0)
            matrix = Matrix.Translation(place) @ Matrix.Rotation(math.radians(turn), 4, "Z")
            needed = self.footprint(matrix, width, depth)
            if not any(overlaps(needed, other, 0.1) for other in self.taken):
                self.taken.append(needed)
                return matrix
        return None
