def numpy_short_dashes(mood: str) -> str:
    """Log a mood.

    Parameters
    ---
    mood : str
        How it is.
    """
    return mood
