"""Which live resource is which declared one: renames, names on the server, what was taken over or set back.

Each module answers one question, before or after the comparison.
"""
