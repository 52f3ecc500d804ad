def no_arguments() -> str:
    """What time it is."""
    return "now"
