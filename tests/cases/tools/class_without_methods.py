class Limits:
    most = 3


def class_without_methods(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood[: Limits.most]
