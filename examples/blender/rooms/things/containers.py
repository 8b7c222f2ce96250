"""Vases, bottles, bowls, cups, plates, boxes and baskets."""

import math

from mathutils import Vector

from .model import Model


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
    model.turned(outside + inside, materials.plain((0.15, 0.9), roughness=(0.08, 0.5)), segments=48)
    return model


def bottle(materials, rng):
    model, height = Model(), rng.uniform(0.18, 0.32)
    radius, neck = height * rng.uniform(0.12, 0.16), height * rng.uniform(0.035, 0.05)
    body = materials.plain((0.3, 0.95), (0.08, 0.7), (0.06, 0.2))
    shape = [
        (0, 0),
        (radius * 0.95, 0),
        (radius, 0.008),
        (radius, height * 0.55),
        (radius * 0.8, height * 0.66),
        (neck, height * 0.76),
        (neck, height * 0.93),
    ]
    model.turned([*shape, (0, height * 0.93)], body, segments=32)
    model.rod(
        neck * 1.15,
        height * 0.08,
        (0, 0, height * 0.92),
        rng.choice([materials.black, materials.metal, materials.plain((0.5, 0.9))]),
    )
    if rng.random() < 0.7:
        model.turned(
            [(radius * 1.01, height * 0.15), (radius * 1.01, height * 0.45)],
            materials.plain((0.0, 0.7), (0.4, 0.85)),
            segments=32,
        )
    return model


def bowl(materials, rng, fruit=True):
    model, radius, high = Model(), rng.uniform(0.1, 0.16), rng.uniform(0.05, 0.09)
    body = materials.wood() if rng.random() < 0.25 else materials.plain((0.05, 0.8), (0.3, 0.85), (0.1, 0.4))
    outside = [
        (0, 0),
        (radius * 0.45, 0),
        (radius * 0.5, 0.006),
        (radius * 0.85, high * 0.55),
        (radius, high),
    ]
    inside = [(radius - 0.006, high), (radius * 0.8, high * 0.55), (radius * 0.45, 0.014), (0, 0.012)]
    model.turned(outside + inside, body, segments=48)
    if fruit:
        for i in range(rng.randint(3, 6)):
            size, angle = rng.uniform(0.032, 0.042), i * 2.4
            far = 0 if i == 5 else radius * 0.5
            skin = materials.gloss(
                rng.choice([0.0, 0.03, 0.08, 0.13, 0.25]), rng.uniform(0.7, 0.95), rng.uniform(0.4, 0.8)
            )
            place = (
                far * math.cos(angle),
                far * math.sin(angle),
                high * 0.5 + size * (1.6 if i == 5 else 0.7),
            )
            model.cushion((2 * size, 2 * size, 1.9 * size), place, skin, squareness=0.92)
    return model


def cup(materials, rng, body=None):
    model, radius, high = Model(), rng.uniform(0.036, 0.045), rng.uniform(0.07, 0.1)
    body = body or materials.plain((0.0, 0.9), (0.2, 0.85), (0.1, 0.35))
    shape = [
        (0, 0),
        (radius * 0.8, 0),
        (radius * 0.9, 0.01),
        (radius, high),
        (radius - 0.004, high),
        (radius * 0.85, 0.012),
        (0, 0.01),
    ]
    model.turned(shape, body, segments=32)
    model.ring(high * 0.3, 0.005, (radius * 1.05, 0, high * 0.5), body, (math.pi / 2, 0, 0), 20)
    return model


def plate(materials, rng, body=None):
    model, radius = Model(), rng.uniform(0.11, 0.14)
    body = body or materials.plain((0.0, 0.6), (0.5, 0.85), (0.1, 0.3))
    shape = [
        (0, 0),
        (radius * 0.6, 0),
        (radius * 0.7, 0.008),
        (radius, 0.02),
        (radius, 0.024),
        (radius * 0.68, 0.012),
        (0, 0.006),
    ]
    model.turned(shape, body, segments=48)
    return model


def box(materials, rng, largest=0.3):
    """A storage box with a lid or a cardboard box with open flaps."""
    model = Model()
    width, depth, high = (largest * rng.uniform(0.6, 1) for _ in range(3))
    if rng.random() < 0.4:
        card = materials.gloss(0.08, 0.5, 0.5, 0.85)
        model.box((width, depth, high), (0, 0, high / 2), card, 0.003)
        model.box(
            (width * 0.16, depth + 0.002, 0.002), (0, 0, high + 0.001), materials.gloss(0.09, 0.45, 0.65), 0
        )
        return model
    body = materials.wood() if rng.random() < 0.2 else materials.plain((0.2, 0.85), (0.2, 0.8), (0.4, 0.8))
    model.box((width, depth, high * 0.84), (0, 0, high * 0.42), body, 0.004)
    model.box((width + 0.012, depth + 0.012, high * 0.2), (0, 0, high * 0.9), body, 0.004)
    return model


def basket(materials, rng, radius):
    """A wicker basket with a piece of cloth inside."""
    model, high = Model(), radius * rng.uniform(1.2, 2.2)
    wicker = materials.wicker()
    shape = [
        (0, 0),
        (radius * 0.85, 0),
        (radius, high * 0.6),
        (radius * 0.97, high),
        (radius * 0.93, high),
        (radius * 0.95, high * 0.6),
        (0, high * 0.5),
    ]
    model.turned(shape, wicker, segments=48)
    for i in range(2):
        model.ring(radius * 0.96, radius * 0.045, (0, 0, high * (1 - 0.08 * i)), wicker)
    model.cushion(
        (radius * 1.6, radius * 1.6, high * 0.5),
        (0, 0, high * 0.78),
        materials.fabric((0.1, 0.8), (0.3, 0.8)),
        squareness=0.6,
    )
    return model


def flowers(materials, rng, height):
    """A vase with flowers on thin stems."""
    tall = height * rng.uniform(0.35, 0.45)
    model = vase(materials, rng, tall)
    petal, heart, green = (
        materials.gloss(rng.random(), rng.uniform(0.4, 0.9), 0.85, 0.7),
        materials.gloss(0.13, 0.9, 0.7, 0.7),
        materials.leaf(),
    )
    for i in range(rng.randint(5, 11)):
        angle, spread = i * 2.4, rng.uniform(0.1, 0.38) * height
        top = Vector((spread * math.cos(angle), spread * math.sin(angle), height * rng.uniform(0.75, 1.0)))
        foot = Vector((0, 0, tall * 0.6))
        bend = foot.lerp(top, 0.5) + Vector((0, 0, 0.08 * height))
        model.tube([foot, bend, top], 0.0025, green, 6)
        size = height * rng.uniform(0.05, 0.08)
        model.cushion((size * 2, size * 2, size * 1.1), top, petal, squareness=0.8)
        model.cushion(
            (size * 0.9, size * 0.9, size * 0.7), top + Vector((0, 0, size * 0.45)), heart, squareness=1
        )
    return model
