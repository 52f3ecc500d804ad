CALM = "calm"


def default_name_after_value(times: int = 1, mood: str = CALM) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
        times (int): How often.
    """
    return mood
