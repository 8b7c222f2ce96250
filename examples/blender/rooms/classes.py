"""The classes of the objects in rooms."""

CLASSES = (
    "wall", "floor", "ceiling", "window", "door", "table", "chair", "sofa", "shelf", "book", "cabinet", "television",
    "lamp", "plant", "rug", "picture", "curtain", "decor", "bed", "stool", "bench", "wardrobe", "counter", "sink",
    "oven", "refrigerator", "appliance", "toilet", "bathtub", "mirror", "computer", "vase", "bowl", "bottle", "cup",
    "plate", "box", "basket", "clock", "cushion", "blanket", "towel", "radiator", "grass", "tree", "building", "fence",
)  # fmt: skip

# Objects of the rooms are named after their class.
CLASS_RULES = [(f"{name.capitalize()}*", name) for name in CLASSES]
