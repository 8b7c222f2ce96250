"""The things in rooms, each a function that returns a model.

They stand on the origin, unless said otherwise, and have their backs to +y. They know nothing of rooms.
"""
