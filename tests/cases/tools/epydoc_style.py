def epydoc_style(mood: str) -> str:
    """Log a mood.

    @param mood: How it is.
    @return: The mood.
    """
    return mood
