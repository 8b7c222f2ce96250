"""Furnished rooms made of primitives, in metres and with z up.

Everything in a room follows from its number: what is random is drawn from one generator, in order.
"""
