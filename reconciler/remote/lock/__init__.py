"""One apply at a time among all who share a server.

Start at `mutex`. `lock_names` says which locks exclude each other, `changed_since_plan` what others did
before the lock was taken.
"""
