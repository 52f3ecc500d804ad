"""One request to a Letta server and its answer; knows no kind of resource.

Start at `transport`, the only user of letta_client. `retry` decides what is tried again, `pages` reads
lists to their end, `rows` takes fields out of answers with suspicion.
"""
