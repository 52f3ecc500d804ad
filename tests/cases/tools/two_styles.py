def two_styles(mood: str, times: int) -> str:
    """Log a mood.

    :param mood: How it is.

    Args:
        mood (str): How it is.
        times (int): How often.
    """
    return mood
