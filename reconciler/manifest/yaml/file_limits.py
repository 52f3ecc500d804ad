"""How much one manifest file may ask for.

In and out: numbers. Every step from bytes to nodes is linear in the file, so these bound time and memory.
"""

from __future__ import annotations

MAX_BYTES = 10_000_000
MAX_ALL_BYTES = 50_000_000
"""Of all manifest files of a project; texts and users in files of their own do not count."""
MAX_DEPTH = 100
TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"
MAX_VALUES = 200_000
"""Keys, values and elements of one file: some 2 s and 70 MB."""
MAX_ALIASED = 100_000
"""Cost (see Node.size) that aliases may add to one file; ten lines of YAML can otherwise ask for billions."""
MAX_EXPRESSIONS = 50_000
"""Of all manifests together."""
MAX_DISTINCT_EXPRESSIONS = 5_000
"""Each of these is compiled, which takes longer than anything else."""
MAX_COMPUTED = 20_000_000
"""Characters that the expressions of one set may give."""
MAX_WHOLE = 2**31 - 1
"""Of a field that is a whole number: the columns of the server's database hold no more."""
MAX_NUMBER = 2**63
"""Of any other whole number, and of what an expression computes."""
CHARACTERS_PER_COST = 1_000
"""A text costs one more for every so many characters: an alias of it is walked like the text itself."""
