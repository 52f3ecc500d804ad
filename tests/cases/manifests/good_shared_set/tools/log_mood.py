def log_mood(mood: str) -> str:
    """Write it down.

    Args:
        mood (str): How it is.
    """
    return mood
