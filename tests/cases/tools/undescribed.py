def undescribed(mood: str, times: int) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood
