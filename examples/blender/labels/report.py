"""Messages for the user: errors, which end the run, and progress.

They go to standard error, because Blender prints to standard output.
"""

import sys


def fail(message):
    print(f"render_labels: {message}", file=sys.stderr)
    sys.exit(2)


def note(message):
    print(message, file=sys.stderr, flush=True)


class Progress:
    """Prints a line on standard error for every frame."""

    def __init__(self, total):
        self.total, self.count = total, 0

    def skipped(self, name):
        self.count += 1
        note(f"[{self.count}/{self.total}] {name} exists already")

    def rendered(self, name, seconds):
        self.count += 1
        note(f"[{self.count}/{self.total}] {name} {seconds:.1f} s")
