"""Materials of furniture, in the colour scheme of a room.

A room has one hue and two woods, around which random colours are chosen.
"""

from .shader import Shader, hsv

# Hue, saturation and value of oak, beech, walnut, birch and mahogany.
WOOD_TONES = (
    (0.075, 0.50, 0.55),
    (0.07, 0.62, 0.34),
    (0.06, 0.65, 0.16),
    (0.085, 0.40, 0.70),
    (0.045, 0.70, 0.24),
)


class Materials:
    """Random materials for a room."""

    def __init__(self, rng):
        self.rng = rng
        self.wood_tones = rng.sample(WOOD_TONES, 2)
        self.hue = rng.random()
        self.metal = (
            Shader("metal", rng.uniform(0.2, 0.4), 1.0)
            .colour(rng.choice([(0.6, 0.6, 0.62, 1), (0.75, 0.55, 0.25, 1), (0.08, 0.08, 0.085, 1)]))
            .material
        )
        self.black = Shader("black", 0.25).colour((0.012, 0.012, 0.014, 1)).material
        self.white = Shader("white", 0.35).colour(hsv(0.1, 0.03, rng.uniform(0.72, 0.85))).material
        tinted = Shader("tinted", 0.6)
        self.tinted = tinted.colour(tinted.node("Attribute", attribute_name="Tint").outputs["Color"]).material

    def any_hue(self):
        """A hue from the room's scheme: similar to the room's hue, opposite to it, earthy, or sometimes any hue."""
        rng = self.rng
        near = self.hue + rng.gauss(0, 0.05)
        return rng.choice([near, near + 0.5, rng.uniform(0.0, 0.13), rng.uniform(0.0, 0.13), rng.random()])

    def plain(self, saturation=(0.2, 0.8), value=(0.15, 0.8), roughness=(0.2, 0.6)):
        rng = self.rng
        colour = hsv(self.any_hue(), rng.uniform(*saturation), rng.uniform(*value))
        return Shader("plain", rng.uniform(*roughness)).colour(colour).material

    def wood(self):
        rng = self.rng
        hue, saturation, value = rng.choice(self.wood_tones)
        shader = Shader("wood", rng.uniform(0.3, 0.5))
        offset = tuple(rng.uniform(-9, 9) for _ in range(3))
        grain = shader.noise(shader.coordinates((1.5, 22, 22), offset), 1.6, 6.0, 0.6)
        dark = hsv(hue, saturation * 1.1, value * 0.7)
        shader.colour(shader.ramp(grain, [dark, hsv(hue, saturation, value)], [0.35, 0.65]))
        shader.bump(grain, 0.0008)
        return shader.material

    def furniture(self):
        """A material for cabinets, shelves and tables."""
        if self.rng.random() < 0.7:
            return self.wood()
        return self.white if self.rng.random() < 0.6 else self.plain((0.1, 0.5), (0.1, 0.6))

    def fabric(self, saturation=(0.05, 0.6), value=(0.12, 0.75)):
        rng = self.rng
        hue, s, v = self.any_hue(), rng.uniform(*saturation), rng.uniform(*value)
        shader = Shader("fabric", 0.9)
        shader.set(shader.surface, {"Sheen Weight": 0.25})
        place = shader.coordinates()
        fine = shader.noise(place, 260, 2.0)
        mottled = shader.ramp(
            shader.noise(place, 9, 3.0), [hsv(hue, s, v * 0.82), hsv(hue, s, v)], [0.3, 0.7]
        )
        shader.colour(shader.multiply(mottled, shader.ramp(fine, [(0.7,) * 3 + (1,), (1,) * 4], [0.3, 0.6])))
        shader.bump(fine, 0.002, 0.5)
        return shader.material

    def thin_cloth(self, colour, through=0.5, glow=0.0):
        """Translucent cloth, for curtains and lamp shades."""
        shader = Shader("thin cloth", 0.9)
        place = shader.coordinates()
        weave = shader.ramp(shader.noise(place, 180, 2.0), [(0.8,) * 3 + (1,), (1,) * 4], [0.3, 0.7])
        woven = shader.multiply(colour, weave)
        shader.colour(woven)
        shader.set(shader.surface, {"Emission Color": woven, "Emission Strength": glow})
        behind = shader.node("BsdfTranslucent", {"Color": woven})
        mixed = shader.node("MixShader", {0: through, 1: shader.surface.outputs[0], 2: behind.outputs[0]})
        output = shader.tree.nodes["Material Output"]
        shader.tree.links.new(mixed.outputs[0], output.inputs["Surface"])
        return shader.material

    def palette(self, count):
        rng = self.rng
        return [hsv(self.any_hue(), rng.uniform(0.15, 0.85), rng.uniform(0.1, 0.85)) for _ in range(count)]

    def leaf(self):
        rng = self.rng
        shader = Shader("leaf", 0.4)
        hue, value = rng.uniform(0.24, 0.36), rng.uniform(0.15, 0.4)
        blotches = shader.noise(shader.coordinates(), 14, 3.0)
        colours = [hsv(hue, 0.8, value * 0.6), hsv(hue - 0.03, 0.7, value)]
        return shader.colour(shader.ramp(blotches, colours, [0.35, 0.65])).material

    def soil(self):
        return Shader("soil", 0.95).colour((0.03, 0.02, 0.012, 1)).material
