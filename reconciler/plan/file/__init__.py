"""A plan as a document and back: `plan --json`, and a saved plan that is applied exactly.

Start at `document`. `claims` and `staleness` hold a saved plan against the server of now.
"""
