"""What letta 0.16.8 takes inside the JSON fields of an agent, as far as it types them.

In: nothing. Out: pydantic models, one module a field. Each value may be an expression instead. A test holds
them against the schemas of the server itself: its keys, its types, its choices.
"""
