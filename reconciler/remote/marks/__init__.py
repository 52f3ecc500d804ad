"""What is written on the server to know things again: marks on resources, and the record of each set.

Start at `markers`.
"""
