"""Notices of who is who: records, marks, copies, renames, and twins of what is made."""
