def helper_below(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return _clean(mood)


def _clean(text):
    return text.strip()
