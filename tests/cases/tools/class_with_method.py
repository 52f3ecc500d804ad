class Cleaner:
    def clean(self, text):
        return text.strip()


def class_with_method(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return Cleaner().clean(mood)
