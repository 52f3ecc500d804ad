async def async_tool(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood
