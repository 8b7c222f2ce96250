"""What the user is told: mistakes, which end the run, and how far it is.

All of it goes to standard error, as Blender talks on standard output.
"""

import sys


def fail(message):
    print(f"render_labels: {message}", file=sys.stderr)
    sys.exit(2)


def note(message):
    print(message, file=sys.stderr, flush=True)


class Progress:
    """One line on standard error for every frame."""

    def __init__(self, total):
        self.total, self.count = total, 0

    def skipped(self, name):
        self.count += 1
        note(f"[{self.count}/{self.total}] {name} is there")

    def rendered(self, name, seconds):
        self.count += 1
        note(f"[{self.count}/{self.total}] {name} {seconds:.1f} s")
