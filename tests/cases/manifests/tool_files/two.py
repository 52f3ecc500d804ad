def first() -> int:
    """Do."""
    return second()


def second() -> int:
    """Do."""
    return 1
