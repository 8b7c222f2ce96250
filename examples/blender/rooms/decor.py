"""Lamps, vases, rugs and pictures.

Each stands on its origin. A picture is centred on its origin, with its back to +y.
"""

from . import patterns
from .model import Model
from .shader import hsv


def lamp(materials, rng, height, shade_radius, hanging=False):
    """A lamp with a shade; also returns the height of the bulb."""
    model = Model()
    stand = rng.choice([materials.metal, materials.black, materials.wood()])
    cloth = materials.thin_cloth(
        hsv(rng.choice([0.1, 0.1, 0.1, materials.hue]), rng.uniform(0.05, 0.4), 0.8), 0.5, 1.2
    )
    tall, slim = shade_radius * rng.uniform(1.0, 1.6), shade_radius * rng.uniform(0.5, 0.95)
    low = 0 if hanging else height - tall
    profile = [
        (shade_radius, low),
        (slim, low + tall),
        (slim - 0.003, low + tall),
        (shade_radius - 0.003, low),
    ]
    model.turned([*profile, profile[0]], cloth, segments=48)
    if hanging:
        model.rod(0.003, height - tall * 0.5, (0, 0, tall * 0.5), materials.black)
        model.turned([(0, height - 0.03), (0.05, height - 0.03), (0.05, height), (0, height)], stand)
    else:
        foot = shade_radius * 0.75
        model.turned([(0, 0), (foot, 0), (foot, 0.012), (foot * 0.9, 0.02), (0.02, 0.03), (0, 0.03)], stand)
        model.rod(0.009 if height > 0.8 else 0.02, height - tall * 0.6, (0, 0, 0.015), stand)
    bulb = low + tall * 0.45
    model.turned(
        [(0, bulb - 0.04), (0.03, bulb - 0.02), (0.035, bulb), (0.02, bulb + 0.035), (0, bulb + 0.05)],
        materials.white,
    )
    return model, bulb


def rug(materials, rng, width, depth, is_round):
    model, border = Model(), materials.fabric((0.1, 0.7), (0.15, 0.7))
    if is_round:
        radius = width / 2
        model.turned(
            [(radius, 0), (radius, 0.008), (radius - 0.006, 0.011), (0, 0.0111)], border, segments=64
        )
        model.turned(
            [(radius * 0.93, 0.01), (radius * 0.93, 0.0125), (0, 0.0126)],
            patterns.rug(materials),
            segments=64,
        )
        return model
    band = rng.choice([0.03, 0.08, 0.14])
    model.box((width, depth, 0.011), (0, 0, 0.0055), border, 0.004)
    model.box((width - 2 * band, depth - 2 * band, 0.006), (0, 0, 0.0105), patterns.rug(materials), 0.001)
    return model


def picture(materials, rng, width, height):
    model, frame = Model(), rng.choice([materials.wood(), materials.black, materials.white, materials.metal])
    bar, mat = rng.uniform(0.015, 0.04), rng.choice([0, 0.03, 0.07])
    for z in (-1, 1):
        model.box((width, 0.025, bar), (0, -0.0125, z * (height - bar) / 2), frame, 0.003)
    for x in (-1, 1):
        model.box((bar, 0.025, height - 2 * bar), (x * (width - bar) / 2, -0.0125, 0), frame, 0.003)
    model.box((width - 2 * bar, 0.01, height - 2 * bar), (0, -0.006, 0), materials.white, 0)
    inner = (width - 2 * bar - 2 * mat, 0.004, height - 2 * bar - 2 * mat)
    model.box(inner, (0, -0.0105, 0), patterns.art(materials), 0)
    return model


def vase(materials, rng, height):
    model, radius = Model(), height * rng.uniform(0.2, 0.42)
    waist, neck = rng.uniform(0.5, 1.0), rng.uniform(0.3, 0.9)
    outside = [
        (0, 0),
        (radius * waist * 0.8, 0),
        (radius * waist, height * 0.06),
        (radius, height * 0.4),
        (radius * (1 + neck) / 2, height * 0.7),
        (radius * neck, height * 0.9),
        (radius * neck * 1.08, height),
    ]
    inside = [(radius * neck * 0.98, height * 0.99), (radius * neck * 0.88, height * 0.88), (0, height * 0.6)]
    model.turned(outside + inside, materials.plain(roughness=(0.08, 0.5)), segments=48)
    return model
