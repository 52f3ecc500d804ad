def args_without_colon(mood: str) -> str:
    """Log a mood.

    Args:
        mood is how it is
    """
    return mood
