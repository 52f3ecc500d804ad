"""What is said with a plan: one notice is one module, with its sentences and its judge.

`compared` (what a notice is shown) first, then `notices` (all of them, in the order in which they are said).
"""
