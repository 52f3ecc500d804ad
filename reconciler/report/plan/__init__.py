"""A plan for people.

Start at `terminal`; `markdown` is the comment on a pull request. Both are made of `by_set`, `fields`,
`sections` and `totals`.
"""
