def positional_only(mood, /) -> str:
    """Log a mood."""
    return mood
