def google_params(mood: str) -> str:
    """Log a mood.

    Params:
        mood (str): How it is.
    """
    return mood
