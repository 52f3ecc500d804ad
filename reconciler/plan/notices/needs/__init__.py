"""Notices of what declared resources need; `broken_edges` finds what is wrong with references."""
