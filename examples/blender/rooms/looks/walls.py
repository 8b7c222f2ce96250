"""Walls: paint, wallpaper, tiles and panels."""

from .bricks import bricks
from .shader import Shader, hsv


def paint_colour(materials, strong=False):
    rng = materials.rng
    kind = "strong" if strong else rng.choices(["white", "tinted", "strong"], [3, 5, 2])[0]
    if kind == "white":
        return hsv(rng.uniform(0.05, 0.16), rng.choice([0.02, 0.05, 0.1]), rng.uniform(0.7, 0.85))
    if kind == "tinted":
        return hsv(
            rng.choice([materials.hue, materials.hue, rng.uniform(0, 0.7)]),
            rng.uniform(0.12, 0.38),
            rng.uniform(0.55, 0.8),
        )
    return hsv(
        rng.choice([materials.hue, materials.hue, rng.uniform(0, 0.7)]),
        rng.uniform(0.35, 0.75),
        rng.uniform(0.2, 0.6),
    )


def paint(materials, strong=False):
    """Plain paint, sometimes of another colour below a line."""
    rng = materials.rng
    shader, colour = Shader("paint", 0.75), paint_colour(materials, strong)
    if rng.random() < 0.15:
        colour = below(shader, rng.uniform(0.9, 1.4), paint_colour(materials), colour)
    shader.colour(colour)
    shader.bump(shader.noise(shader.coordinates(), 120, 1.0), 0.001, 0.4)
    return shader.material


def strong_paint(materials):
    return paint(materials, strong=True)


def below(shader, height, lower, upper):
    """One colour below a height and another above it."""
    z = shader.node("SeparateXYZ", {0: shader.node("TexCoord").outputs["Object"]}).outputs["Z"]
    above = shader.node("Math", {0: z, 1: height}, operation="GREATER_THAN").outputs[0]
    return shader.node("MixRGB", {"Fac": above, "Color1": lower, "Color2": upper}).outputs["Color"]


def wallpaper(materials):
    rng = materials.rng
    hue, saturation, value = materials.any_hue(), rng.uniform(0.08, 0.55), rng.uniform(0.4, 0.78)
    shift = rng.choice([0, 0, 0.08, 0.5])
    base, other = (
        hsv(hue, saturation, value),
        hsv(hue + shift, saturation * 1.2, value * rng.uniform(0.55, 0.92)),
    )
    shader = Shader("wallpaper", 0.8)
    place = shader.coordinates(upright=True)
    kind = rng.choice(["stripes", "dots", "cells", "flowers", "checks", "zigzag"])
    edge = rng.uniform(0.35, 0.6)
    if kind in ("stripes", "zigzag"):
        inputs = {"Vector": place, "Scale": rng.uniform(1.2, 4)}
        pattern = shader.node(
            "TexWave", inputs, bands_direction="X" if kind == "stripes" else "DIAGONAL"
        ).outputs["Fac"]
    elif kind == "checks":
        pattern = shader.node("TexChecker", {"Vector": place, "Scale": rng.uniform(3, 12)}).outputs["Fac"]
    elif kind == "flowers":
        cells = shader.node("TexVoronoi", {"Vector": place, "Scale": rng.uniform(4, 9)}, feature="SMOOTH_F1")
        pattern = cells.outputs["Distance"]
        colours = [materials.palette(1)[0], other, base]
        shader.colour(shader.ramp(pattern, colours, [0.12, 0.28, 0.42], "EASE"))
        return shader.material
    else:
        flakes = shader.node("TexVoronoi", {"Vector": place, "Scale": rng.uniform(5, 12)}, feature="F1")
        flakes.inputs["Randomness"].default_value = 0.0 if kind == "dots" else 1.0
        pattern = flakes.outputs["Distance" if kind == "dots" else "Color"]
    shader.colour(shader.ramp(pattern, [other, base], [edge, edge + 0.04]))
    return shader.material


def wall_tiles(materials, up_to=None):
    """Glazed tiles, up to a height with paint above."""
    rng = materials.rng
    hue, saturation = (
        rng.choice([materials.hue, 0.55, 0.45, 0.1]),
        rng.choice([0.02, 0.1, rng.uniform(0.25, 0.75)]),
    )
    value = rng.uniform(0.35, 0.82)
    width, height = rng.choice([(0.2, 0.1), (0.15, 0.15), (0.3, 0.15), (0.3, 0.6), (0.1, 0.1), (0.22, 0.07)])
    varied = value * rng.choice([1.0, 0.93, 0.75])
    colours = [
        hsv(hue, saturation, value),
        hsv(hue, saturation, varied),
        hsv(0.1, 0.03, rng.choice([0.3, 0.75])),
    ]
    offset = rng.choice([0.0, 0.5])
    shader, pattern = bricks(
        materials, width, height, 0.003, colours, rng.uniform(0.1, 0.25), upright=True, offset=offset
    )
    colour = pattern.outputs["Color"]
    if up_to is not None:
        colour = below(shader, up_to, colour, paint_colour(materials))
    shader.colour(colour)
    return shader.material


def panelling(materials):
    """Painted or wooden boards."""
    rng = materials.rng
    width = rng.uniform(0.08, 0.16)
    hue, saturation, value = (
        rng.choice(materials.wood_tones)
        if rng.random() < 0.5
        else (materials.any_hue(), rng.uniform(0.05, 0.5), rng.uniform(0.3, 0.75))
    )
    colours = [
        hsv(hue, saturation, value),
        hsv(hue, saturation, value * 0.92),
        hsv(hue, saturation, value * 0.3),
    ]
    shader, pattern = bricks(materials, width, 9.0, 0.004, colours, 0.5, upright=True, offset=0.0)
    colour = pattern.outputs["Color"]
    if rng.random() < 0.5:
        colour = below(shader, rng.uniform(0.9, 1.3), colour, paint_colour(materials))
    return shader.colour(colour).material
