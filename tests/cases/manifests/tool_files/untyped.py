def untyped(a):
    """Do."""
