"""What the record of each set says now and will say after the apply.

Start at `next_record`.
"""
