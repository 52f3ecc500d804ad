"""A project as the server has it, in as few requests as there are kinds.

Start at `reader`, which asks; `assemble` puts the lists together, `identity` tells who is who, `survey`
reads what is not ours as well.
"""
