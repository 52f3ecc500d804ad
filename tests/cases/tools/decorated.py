import functools


@functools.lru_cache
def decorated(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood
