"""Writes files atomically, so that an interrupted run can be resumed.

Until a file is complete, it is named .NAME.part, in the same folder.
"""

import os


def part_path(path):
    return path.with_name(f".{path.name}.part")


def finish(path):
    os.replace(part_path(path), path)


def write_whole(path, text):
    part_path(path).write_text(text, encoding="utf-8")
    finish(path)
