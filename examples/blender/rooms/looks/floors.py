"""Floors: planks, tiles, carpet and concrete."""

from .bricks import bricks
from .shader import Shader, hsv


def planks(materials):
    rng = materials.rng
    hue, saturation, value = rng.choice(materials.wood_tones)
    colours = [hsv(hue, saturation, value * shade) for shade in (1, 0.72, 0.25)]
    width, height = rng.uniform(0.8, 1.5), rng.uniform(0.09, 0.19)
    shader, pattern = bricks(materials, width, height, 0.0025, colours, rng.uniform(0.25, 0.45), offset=0.37)
    grain = shader.noise(shader.coordinates((1.2, 24, 1)), 1.8, 7.0, 0.5)
    shade = shader.ramp(grain, [(0.72, 0.69, 0.66, 1), (1, 1, 1, 1)], [0.35, 0.62])
    shader.colour(shader.multiply(pattern.outputs["Color"], shade))
    inverse = shader.node("Math", {0: 1.0, 1: pattern.outputs["Fac"]}, operation="SUBTRACT")
    shader.bump(inverse.outputs[0], 0.002, 0.6)
    return shader.material


def tiles(materials):
    rng = materials.rng
    if rng.random() < 0.3:
        return checkerboard(materials)
    size, hue, saturation = (
        rng.uniform(0.25, 0.6),
        rng.choice([rng.uniform(0.04, 0.15), materials.any_hue()]),
        rng.uniform(0.02, 0.45),
    )
    value = rng.uniform(0.3, 0.75)
    second = value * rng.choice([0.95, 0.9, 0.45])
    colours = [hsv(hue, saturation, value), hsv(hue, saturation, second), hsv(hue, 0.05, value * 0.6)]
    shader, pattern = bricks(materials, size, size, 0.004, colours, rng.uniform(0.12, 0.3), offset=0.0)
    veins = shader.noise(shader.coordinates(), 4, 5.0, 1.2)
    shader.colour(
        shader.multiply(pattern.outputs["Color"], shader.ramp(veins, [(0.75,) * 3 + (1,), (1,) * 4]))
    )
    return shader.material


def checkerboard(materials):
    rng = materials.rng
    shader = Shader("checkerboard", rng.uniform(0.15, 0.35))
    dark = hsv(materials.any_hue(), rng.uniform(0, 0.7), rng.uniform(0.03, 0.35))
    light = hsv(0.1, rng.uniform(0, 0.15), rng.uniform(0.6, 0.8))
    turn = rng.choice([0, 0.785398])
    place = shader.node("Mapping", {"Vector": shader.coordinates(), "Rotation": (0, 0, turn)}).outputs[0]
    inputs = {"Vector": place, "Scale": 1 / rng.uniform(0.2, 0.45), "Color1": dark, "Color2": light}
    return shader.colour(shader.node("TexChecker", inputs).outputs["Color"]).material


def concrete(materials, value=None):
    rng = materials.rng
    shader, value = Shader("concrete", 0.7), value or rng.uniform(0.25, 0.55)
    blotches = shader.noise(shader.coordinates(), 2.5, 6.0, 0.4)
    hue, saturation = rng.uniform(0.06, 0.12), rng.uniform(0, 0.15)
    return shader.colour(
        shader.ramp(blotches, [hsv(hue, saturation, value * 0.7), hsv(hue, saturation, value)], [0.3, 0.65])
    ).material


def floor(materials, kinds=("planks", "tiles", "carpet", "concrete"), weights=(6, 2, 2, 0.6)):
    kind = materials.rng.choices(kinds, weights)[0]
    if kind == "carpet":
        return materials.fabric((0.05, 0.6), (0.2, 0.6))
    return {"planks": planks, "tiles": tiles, "concrete": concrete}[kind](materials)
