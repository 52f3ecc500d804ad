def inside_try(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood


try:
    import nothing
except ImportError:

    def nothing():
        return None
