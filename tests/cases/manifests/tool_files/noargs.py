def noargs(a: int) -> int:
    """Do."""
    return a
