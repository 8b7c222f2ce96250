"""Generates furnished rooms from primitives, in metres and with z up.

A room is determined by its number, which seeds the room's random number generator.
"""
