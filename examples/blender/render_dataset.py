"""Render the data set of rooms: training frames, validation frames and camera paths, into three folders.

    python render_dataset.py OUT          # OUT/train, OUT/val and OUT/paths

The same command continues where it was stopped. Rooms 900000 and above are for validation only.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

# Blender does not add the script's folder to the module path.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from labels.arguments import count, positive
from labels.report import Progress
from rooms.render import Settings, open_folder, render_path, render_views

# Rooms from this number on are never used for training.
VALIDATION = 900_000


@dataclass
class Split:
    """Rooms in a row, of one folder: `each` is views of a room, or frames of its camera path."""

    folder: str
    first: int
    rooms: int
    each: int
    samples: int
    is_paths: bool = False

    def render(self, out, threads, progress):
        out = out / self.folder
        rules, settings = open_folder(out), Settings((256, 256), self.samples, threads)
        render = render_path if self.is_paths else render_views
        for number in range(self.first, self.first + self.rooms):
            render(out, rules, number, self.each, settings, progress)


def splits(options):
    return {
        "train": Split("train", options.first, options.rooms, 3, 12),
        "val": Split("val", VALIDATION, 50, 2, 12),
        # Noise would flicker.
        "paths": Split("paths", VALIDATION + 1000, 4, 60, 20, is_paths=True),
    }


def parse_options(arguments):
    parser = argparse.ArgumentParser(
        prog="render_dataset.py",
        description="Render the data set of rooms, or continue it: OUT/train, OUT/val and OUT/paths.",
    )
    add = parser.add_argument
    add("out", metavar="OUT", type=Path, help="output folder, created if it is missing")
    add(
        "--only",
        choices=("train", "val", "paths"),
        nargs="+",
        help="parts to render, in this order; default all",
    )
    add(
        "--rooms",
        metavar="N",
        type=count,
        default=520,
        help="number of training rooms, 3 views each; default 520",
    )
    add("--first", metavar="N", type=count, default=0, help="number of the first training room, default 0")
    add("--threads", metavar="N", type=positive, help="number of CPU threads, default all")
    options = parser.parse_args(arguments)
    if options.first + options.rooms > VALIDATION:
        parser.error(f"rooms from {VALIDATION} on are for validation, so training rooms must end before")
    return options


def main():
    behind = sys.argv.index("--") + 1 if "--" in sys.argv else 1
    options = parse_options(sys.argv[behind:])
    parts = [splits(options)[name] for name in options.only or ("val", "paths", "train")]
    progress = Progress(sum(part.rooms * part.each for part in parts))
    for part in parts:
        part.render(options.out.absolute(), options.threads, progress)


if __name__ == "__main__":
    main()
