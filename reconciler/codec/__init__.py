"""Frozen dataclasses as JSON and back, by their annotations: an attribute of a file is written once.

Start at `codec`, which walks the annotations; `shapes` holds one class for each kind of them; `marks` are
what an attribute says beside its type, and all that the dataclasses themselves import.
"""

from reconciler.codec.marks import Always, AsGiven, Form, Key, Misfit, Never, OrEmpty, Tagged

__all__ = ["Always", "AsGiven", "Form", "Key", "Misfit", "Never", "OrEmpty", "Tagged"]
