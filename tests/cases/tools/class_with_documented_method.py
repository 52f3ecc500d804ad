class Cleaner:
    def clean(self, text: str) -> str:
        """Clean a text.

        Args:
            text (str): The text.
        """
        return text.strip()


def class_with_documented_method(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return Cleaner().clean(mood)
