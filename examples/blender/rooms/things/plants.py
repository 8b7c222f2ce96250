"""Potted plants of any size.

Leaves are bent sheets along a spiral; a bushy plant also has them along a stem.
"""

import math

from mathutils import Vector

from .model import Model


def plant(materials, rng, height, has_pot=True):
    model, leaf, pot = Model(), materials.leaf(), materials.plain((0.05, 0.8), (0.2, 0.8))
    radius, pot_top = height * rng.uniform(0.12, 0.17), height * rng.uniform(0.22, 0.3)
    if has_pot:
        rim = [
            (radius, pot_top),
            (radius * 0.93, pot_top),
            (radius * 0.9, pot_top * 0.88),
            (0, pot_top * 0.88),
        ]
        model.turned([(0, 0), (radius * 0.75, 0), (radius * 0.8, 0.01), *rim], pot, segments=48)
        model.turned([(radius * 0.91, pot_top * 0.89), (0, pot_top * 0.91)], materials.soil())
    count, is_bushy = rng.randint(22, 40), rng.random() < 0.5
    for i in range(count):
        angle, start = i * 2.39996 + rng.uniform(-0.3, 0.3), pot_top * 0.9
        if is_bushy:
            start += (height - pot_top) * 0.55 * i / count
        length = (height - start) * rng.uniform(0.55, 1.0)
        width, spread = length * rng.uniform(0.1, 0.16) * (1.7 if is_bushy else 1), rng.uniform(0.35, 1.0)

        def blade(u, v, angle=angle, start=start, length=length, width=width, spread=spread):
            out, up = length * 0.62 * spread * v**1.3, length * (v - 0.55 * spread * v**3)
            side = (u - 0.5) * width * (math.sin(math.pi * min(1, v * 0.97 + 0.03)) ** 0.8 + 0.04)
            fold = abs(u - 0.5) * width * 0.35
            along, cross = (
                Vector((math.cos(angle), math.sin(angle), 0)),
                Vector((-math.sin(angle), math.cos(angle), 0)),
            )
            return along * (0.02 + out) + cross * side + Vector((0, 0, start + up + fold))

        model.sheet(4, 9, blade, leaf)
    if is_bushy:
        model.rod(0.014, (height - pot_top) * 0.62, (0, 0, pot_top * 0.9), materials.wood(), 0.008)
    return model
