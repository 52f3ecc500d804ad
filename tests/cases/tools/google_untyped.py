def google_untyped(mood: str) -> str:
    """Log a mood.

    Args:
        mood: How it is.
    """
    return mood
