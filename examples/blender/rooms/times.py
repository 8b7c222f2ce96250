"""The time of day: where the sun is, how bright and coloured it is, and whether lamps are on."""

import math
from dataclasses import dataclass


@dataclass
class Time:
    """Angles in radians; energies as Blender has them."""

    name: str
    elevation: float
    sun: float
    sun_colour: tuple
    sky: float
    fill: float
    fill_colour: tuple
    lamps: bool
    brightness: float  # of the finished picture: the mean of an average scene's logarithms


def any_time(rng):
    name = rng.choices(["day", "overcast", "golden", "dusk", "night"], [46, 12, 14, 8, 20])[0]
    warmth = rng.uniform(0, 1)
    warm = (1.0, 0.95 - 0.12 * warmth, 0.9 - 0.3 * warmth)
    if name == "day":
        high = math.radians(rng.uniform(16, 52))
        return Time(
            name,
            high,
            rng.choice([0.0, 5.0, 8.0, 11.0]),
            (1.0, 0.9, 0.76),
            rng.uniform(0.25, 0.4),
            rng.uniform(0.6, 2.2),
            warm,
            rng.random() < 0.25,
            0.38,
        )
    if name == "overcast":
        return Time(
            name,
            0.9,
            0.0,
            (1, 1, 1),
            rng.uniform(1.2, 2.2),
            rng.uniform(0.3, 1.2),
            (0.9, 0.95, 1.0),
            rng.random() < 0.5,
            0.34,
        )
    if name == "golden":
        low = math.radians(rng.uniform(5, 13))
        return Time(
            name,
            low,
            rng.uniform(5, 10),
            (1.0, rng.uniform(0.5, 0.68), rng.uniform(0.2, 0.38)),
            rng.uniform(0.3, 0.45),
            rng.uniform(0.4, 1.0),
            (1.0, 0.85, 0.72),
            rng.random() < 0.4,
            0.31,
        )
    if name == "dusk":
        return Time(
            name,
            0.0,
            0.0,
            (1, 1, 1),
            rng.uniform(0.4, 0.8),
            rng.uniform(0.1, 0.3),
            (0.6, 0.7, 1.0),
            True,
            0.24,
        )
    return Time(name, 0.0, 0.0, (1, 1, 1), rng.uniform(0.01, 0.03), rng.uniform(0.15, 0.5), warm, True, 0.25)
