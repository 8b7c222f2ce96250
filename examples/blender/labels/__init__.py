"""Renders the labels of any Blender scene as passes, with the metadata needed to read them.

Independent of where the scene comes from.
"""
