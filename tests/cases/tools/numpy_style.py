def numpy_style(mood: str, times: int = 1) -> str:
    """Log a mood.

    Parameters
    ----------
    mood : str
        How it is.
    times : int, optional
        How often.

    Returns
    -------
    str
        The mood.
    """
    return mood
