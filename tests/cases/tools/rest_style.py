def rest_style(mood: str, times: int = 1) -> str:
    """Log a mood.

    :param mood: How it is.
    :param int times: How often.
    :returns: The mood.
    """
    return mood
