def documented_helper_below(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return clean(mood)


def clean(text: str) -> str:
    """Clean a text.

    Args:
        text (str): The text.
    """
    return text.strip()
