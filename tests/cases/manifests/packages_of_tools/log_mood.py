def log_mood(mood: str) -> str:
    """Log it.

    Args:
        mood (str): The mood.
    """
    return mood
