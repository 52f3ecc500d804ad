def other(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood


async def async_below_another(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return other(mood)
