"""Notices of values and files that a plan leaves other than somebody may expect."""
