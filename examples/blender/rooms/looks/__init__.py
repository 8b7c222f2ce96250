"""The looks of things: materials as trees of Blender's shader nodes. No image files are needed."""
