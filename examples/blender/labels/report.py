"""Messages for the user: errors, which end the run, and progress.

They go to standard error, because Blender prints to standard output.
"""

import sys
import time


def fail(message):
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


def note(message):
    print(message, file=sys.stderr, flush=True)


def duration(seconds):
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


class Progress:
    """Prints a line on standard error for every frame, with an estimate of the time left."""

    def __init__(self, total):
        self.total, self.count, self.new = total, 0, 0
        self.start = time.monotonic()

    def skipped(self, name):
        self.count += 1
        note(f"[{self.count}/{self.total}] {name} exists already")

    def rendered(self, name, seconds):
        self.count += 1
        self.new += 1
        left = (time.monotonic() - self.start) / self.new * (self.total - self.count)
        note(f"[{self.count}/{self.total}] {name} {seconds:.1f} s, {duration(left)} left")
