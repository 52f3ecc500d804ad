"""What a manifest may say: keys, expressions, parameters, files that are named.

Start at `models` (the keys) and `documents` (the kinds of a document). `fast_check` decides whether a
document has the right shape, `explain_shape` says in words why one has not.
"""
