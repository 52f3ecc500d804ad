def nested_documented_helper(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """

    def helper(text: str) -> str:
        """Clean a text.

        Args:
            text (str): The text.
        """
        return text.strip()

    return helper(mood)
