"""What commands share: options, opening a project, output, and the way from a plan to its outcome.

Start at `apply_plan` and `project`. Each command stands in a module of its own, one folder up.
"""
