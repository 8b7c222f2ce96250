"""The patterns of rugs and pictures.

They use Blender's procedural textures, so that no image files are needed.
"""

from .shader import Shader


def rug(materials):
    rng = materials.rng
    shader = Shader("rug", 0.95)
    place = shader.coordinates()
    kind = rng.choice(["bands", "rings", "mosaic", "plain"])
    if kind == "mosaic":
        cells = shader.node("TexVoronoi", {"Vector": place, "Scale": rng.uniform(3, 7)}, distance="MANHATTAN")
        cells.inputs["Randomness"].default_value = rng.choice([0.0, 0.0, 0.6])
        pattern = cells.outputs["Distance"]
    elif kind == "plain":
        pattern = shader.noise(place, 3, 3.0)
    else:
        wave = shader.node(
            "TexWave", {"Vector": place, "Scale": rng.uniform(0.8, 2.4)}, wave_type=kind.upper()
        )
        wave.rings_direction = "Z"
        wave.bands_direction = rng.choice(["X", "Y", "DIAGONAL"])
        pattern = wave.outputs["Fac"]
    woven = shader.ramp(
        pattern, materials.palette(rng.randint(2, 4)), None, rng.choice(["CONSTANT", "LINEAR"])
    )
    tuft = shader.noise(place, 220, 2.0)
    shader.colour(shader.multiply(woven, shader.ramp(tuft, [(0.6,) * 3 + (1,), (1,) * 4], [0.3, 0.65])))
    shader.bump(tuft, 0.004, 0.6)
    return shader.material


def art(materials):
    rng = materials.rng
    shader = Shader("art", 0.6)
    offset = (rng.uniform(-9, 9), 0, rng.uniform(-9, 9))
    place = shader.coordinates(offset=offset, upright=True)
    kind = rng.choice(["mosaic", "hills", "marble", "bands"])
    if kind == "mosaic":
        cells = shader.node("TexVoronoi", {"Vector": place, "Scale": rng.uniform(4, 12)})
        pattern = cells.outputs[rng.choice(["Color", "Distance"])]
    elif kind == "marble":
        pattern = shader.noise(place, rng.uniform(2, 5), 3.0, rng.uniform(1, 4))
    else:
        inputs = {
            "Vector": place,
            "Scale": rng.uniform(0.8, 3),
            "Distortion": rng.uniform(2, 9),
            "Detail": 2.0,
        }
        direction = "Y" if kind == "hills" else "DIAGONAL"
        pattern = shader.node("TexWave", inputs, bands_direction=direction, wave_profile="SAW").outputs["Fac"]
    count = rng.randint(3, 6)
    positions = [0.15 + 0.65 * i / (count - 1) for i in range(count)]
    style = rng.choice(["CONSTANT", "LINEAR", "EASE"])
    return shader.colour(shader.ramp(pattern, materials.palette(count), positions, style)).material
