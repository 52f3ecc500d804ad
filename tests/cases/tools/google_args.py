def google_args(mood: str, times: int = 1) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
        times (int): How often.

    Returns:
        str: The mood.
    """
    return mood * times
