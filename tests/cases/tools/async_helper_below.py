def async_helper_below(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood


async def clean(text):
    return text
