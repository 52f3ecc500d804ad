def nested_lambda(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    clean = lambda text: text.strip()
    return clean(mood)
