"""Camera paths through a room: the camera moves smoothly from one view to another that is near."""

import math
from itertools import pairwise

from mathutils import Vector

from .views import Views, looking

# The camera keeps this distance from all things, in metres.
CLEARANCE = 0.28


class Path:
    """The camera's poses along a path, at constant speed apart from its ends."""

    TRIES = 24

    def __init__(self, plan, name, size):
        self.views = Views(plan, f"path {name}", size)
        best = max((self.candidate() for _ in range(self.TRIES)), key=self.score)
        self.start, self.end, self.angle = best

    def candidate(self):
        """Random (position, target) at both ends, and an angle."""
        rng = self.views.rng
        position, target, angle = self.views.candidate()
        direction, far = rng.uniform(0, 2 * math.pi), rng.uniform(0.5, 1.1)
        moved = position + Vector(
            (far * math.cos(direction), far * math.sin(direction), rng.uniform(-0.15, 0.15))
        )
        turned = target + Vector((rng.gauss(0, 0.3), rng.gauss(0, 0.3), rng.uniform(-0.1, 0.1)))
        return (position, target), (moved, turned), angle

    def score(self, path):
        start, end, angle = path
        half_x, half_y = self.views.plan.width / 2 - 0.25, self.views.plan.depth / 2 - 0.25
        if abs(end[0].x) > half_x or abs(end[0].y) > half_y:
            return -1000.0
        blocked = 100.0 * (not self.is_clear(start[0], end[0]))
        ends = [self.views.score(looking(*between(start, end, t)), angle) for t in (0.0, 0.5, 1.0)]
        return min(ends) - blocked

    def is_clear(self, start, end):
        """Whether no thing is near the way between two places."""
        places = [start.lerp(end, i / 6) for i in range(7)]
        around = [
            Vector((math.cos(a), math.sin(a), z))
            for a in (0, 0.8, 1.6, 2.4, 3.1, 3.9, 4.7, 5.5)
            for z in (-0.5, 0, 0.5)
        ]
        rays = [(place, direction.normalized(), CLEARANCE) for place in places for direction in around]
        rays += [(a, (b - a).normalized(), (b - a).length) for a, b in pairwise(places)]
        cast = self.views.scene.ray_cast
        return not any(
            cast(self.views.depsgraph, place, towards, distance=far)[0] for place, towards, far in rays
        )

    def matrix(self, t):
        """The camera's pose at a time from 0 to 1."""
        # Half of the speed at the ends, 1.25 times in the middle.
        eased = 0.5 * t + 0.5 * t * t * (3 - 2 * t)
        return looking(*between(self.start, self.end, eased))


def between(start, end, t):
    return start[0].lerp(end[0], t), start[1].lerp(end[1], t)
