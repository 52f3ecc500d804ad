def log_mood(mood: str) -> str:
    """Log a mood.

    Args:
        mood: The mood.

    Returns:
        The same mood.
    """
    return mood
