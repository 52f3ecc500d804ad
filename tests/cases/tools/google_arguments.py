def google_arguments(mood: str) -> str:
    """Log a mood.

    Arguments:
        mood: How it is,
            and how it was before.
    """
    return mood
