"""Files that get their name only when they are whole, so that an interrupted run can go on.

Until then they are called .NAME.part, in the same folder.
"""

import os


def part_path(path):
    return path.with_name(f".{path.name}.part")


def finish(path):
    os.replace(part_path(path), path)


def write_whole(path, text):
    part_path(path).write_text(text, encoding="utf-8")
    finish(path)
