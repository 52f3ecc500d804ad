"""A drift report for people.

Start at `terminal`; `markdown` is the issue or the comment on a pull request.
"""
