"""Labels of any Blender scene: the passes that hold them, and what is needed to read the passes.

Nothing in here knows where the scene comes from.
"""
