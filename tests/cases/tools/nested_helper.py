def nested_helper(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """

    def clean(text):
        return text.strip()

    return clean(mood)
