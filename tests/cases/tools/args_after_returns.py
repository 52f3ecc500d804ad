def args_after_returns(mood: str) -> str:
    """Log a mood.

    Returns:
        str: The mood.

    Args:
        mood (str): How it is.
    """
    return mood
