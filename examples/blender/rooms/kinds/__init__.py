"""The kinds of rooms. Each module furnishes one."""
