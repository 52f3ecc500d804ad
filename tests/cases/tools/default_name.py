CALM = "calm"


def default_name(mood: str = CALM) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood
