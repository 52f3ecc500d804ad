def untyped(mood) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood
