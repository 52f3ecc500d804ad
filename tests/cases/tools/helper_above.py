def _clean(text):
    return text.strip()


def helper_above(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return _clean(mood)
