"""Chooses camera views of a room: many things are visible, but none is directly in front of the camera.

Views have a separate random number generator, so that their number does not change the room.
"""

import math
import random

import bpy
from mathutils import Matrix, Vector

# Prefixes of their names.
SHELL = ("Wall", "Floor", "Ceiling")


class Views:
    """Each is the best of many random views, rated by a coarse grid of rays."""

    CANDIDATES, COLUMNS, ROWS = 50, 14, 10

    def __init__(self, plan, number, size):
        self.plan, self.rng, self.size = plan, random.Random(f"views {number}"), size
        self.scene, self.chosen = bpy.context.scene, []
        bpy.context.view_layer.update()
        self.depsgraph = bpy.context.evaluated_depsgraph_get()

    def candidate(self):
        rng, plan = self.rng, self.plan
        edge_x, edge_y = plan.width / 2 - 0.3, plan.depth / 2 - 0.3
        position = Vector(
            (rng.uniform(-edge_x, edge_x), rng.uniform(-edge_y, edge_y), rng.uniform(1.05, 1.75))
        )
        target = Vector((rng.gauss(0, 0.9), rng.gauss(0, 0.9), rng.uniform(0.55, 1.15)))
        if (target - position).length < 1.2:
            return self.candidate()
        turn = (position - target).to_track_quat("Z", "Y").to_matrix().to_4x4()
        return Matrix.Translation(position) @ turn, math.radians(rng.uniform(58, 78))

    def score(self, matrix, angle):
        """Rates a view: many different objects, none close to the camera, and not similar to earlier views."""
        origin, half = matrix.translation, math.tan(angle / 2)
        longer = max(self.size)
        hits, nearest = {}, math.inf
        for i in range(self.COLUMNS):
            for j in range(self.ROWS):
                x = (2 * (i + 0.5) / self.COLUMNS - 1) * half * self.size[0] / longer
                y = (2 * (j + 0.5) / self.ROWS - 1) * half * self.size[1] / longer
                direction = (matrix.to_3x3() @ Vector((x, y, -1))).normalized()
                hit, point, _, _, thing, _ = self.scene.ray_cast(self.depsgraph, origin, direction)
                if hit:
                    nearest = min(nearest, (point - origin).length)
                    hits[thing.name] = hits.get(thing.name, 0) + 1
        largest = max((n for name, n in hits.items() if not name.startswith(SHELL)), default=0)
        score = sum(min(1, n / 3) for name, n in hits.items() if not name.startswith(SHELL))
        score -= 6 * max(0, 1.1 - nearest) + 12 * max(0, largest / (self.COLUMNS * self.ROWS) - 0.18)
        ahead = matrix.to_3x3() @ Vector((0, 0, -1))
        for other in self.chosen:
            alike = ahead.dot(other.to_3x3() @ Vector((0, 0, -1)))
            score -= 3 * max(0, alike) * max(0, 2.5 - (other.translation - origin).length)
        return score

    def next(self):
        candidates = [self.candidate() for _ in range(self.CANDIDATES)]
        matrix, angle = max(candidates, key=lambda view: self.score(*view))
        self.chosen.append(matrix)
        return matrix, angle
