def nested_async_helper(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    import asyncio

    async def clean(text):
        return text.strip()

    return asyncio.run(clean(mood))
