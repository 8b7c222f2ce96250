"""Chooses camera views of a room: many things are visible, but none is directly in front of the camera.

Views have a separate random number generator, so that their number does not change the room.
"""

import math
import random

import bpy
from mathutils import Matrix, Vector

# Classes of which a picture should not be full.
PLAIN = ("Wall", "Floor", "Ceiling", "Grass", "Door")


def looking(position, target):
    """The matrix of a camera that looks at a target, upright."""
    turn = (position - target).to_track_quat("Z", "Y").to_matrix().to_4x4()
    return Matrix.Translation(position) @ turn


class Views:
    """Each is the best of many random views, rated by a coarse grid of rays."""

    CANDIDATES, COLUMNS, ROWS = 32, 12, 9

    def __init__(self, plan, name, size):
        self.plan, self.rng, self.size = plan, random.Random(f"views {name}"), size
        self.scene, self.chosen = bpy.context.scene, []
        self.narrow = min(plan.width, plan.depth)
        bpy.context.view_layer.update()
        self.depsgraph = bpy.context.evaluated_depsgraph_get()

    def candidate(self):
        """A random (position, target, angle)."""
        rng, plan = self.rng, self.plan
        edge_x, edge_y = plan.width / 2 - 0.28, plan.depth / 2 - 0.28
        while True:
            position = Vector(
                (rng.uniform(-edge_x, edge_x), rng.uniform(-edge_y, edge_y), rng.uniform(1.05, 1.7))
            )
            target = Vector(
                (rng.gauss(0, 0.2 * plan.width), rng.gauss(0, 0.2 * plan.depth), rng.uniform(0.6, 1.15))
            )
            if (target - position).length > min(1.2, 0.45 * self.narrow):
                break
        wide = (66, 82) if self.narrow < 2.9 else (56, 76)
        return position, target, math.radians(rng.uniform(*wide))

    def first_hits(self, matrix, angle):
        """What a grid of rays through the picture hits: (name or None, distance)."""
        origin, half, longer = matrix.translation, math.tan(angle / 2), max(self.size)
        turn = matrix.to_3x3()
        for i in range(self.COLUMNS):
            for j in range(self.ROWS):
                x = (2 * (i + 0.5) / self.COLUMNS - 1) * half * self.size[0] / longer
                y = (2 * (j + 0.5) / self.ROWS - 1) * half * self.size[1] / longer
                direction = (turn @ Vector((x, y, -1))).normalized()
                hit, point, _, _, thing, _ = self.scene.ray_cast(self.depsgraph, origin, direction)
                yield (thing.name, (point - origin).length) if hit else (None, math.inf)

    def score(self, matrix, angle):
        """Rates a view: many different objects, none close to the camera, not like earlier views."""
        rays, hits, classes, nearest, plain = self.COLUMNS * self.ROWS, {}, {}, math.inf, 0
        for name, distance in self.first_hits(matrix, angle):
            nearest = min(nearest, distance)
            label = name.split(".")[0] if name else None
            if label is None or label in PLAIN:
                plain += 1
            else:
                hits[name] = hits.get(name, 0) + 1
            if label is not None:
                classes[label] = classes.get(label, 0) + 1
        score = sum(min(1, n / 2) for n in hits.values()) + 0.8 * len(classes)
        comfortable = min(1.1, 0.36 * self.narrow)
        score -= 7 * max(0, comfortable - nearest) + (30 if nearest < 0.3 else 0)
        score -= 14 * max(0, max(hits.values(), default=0) / rays - 0.2) + 16 * max(0, plain / rays - 0.55)
        ahead = matrix.to_3x3() @ Vector((0, 0, -1))
        for other in self.chosen:
            alike = ahead.dot(other.to_3x3() @ Vector((0, 0, -1)))
            score -= 5 * max(0, alike) * max(0, 3.0 - (other.translation - matrix.translation).length)
        return score

    def next(self):
        """The next view, as the camera's matrix and angle."""
        candidates = [self.candidate() for _ in range(self.CANDIDATES)]
        views = [(looking(position, target), angle) for position, target, angle in candidates]
        matrix, angle = max(views, key=lambda view: self.score(*view))
        self.chosen.append(matrix)
        return matrix, angle
