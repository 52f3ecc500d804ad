def star_arguments(mood: str, *more, loud: bool = False, **rest) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood
