def lower_case_header(mood: str) -> str:
    """Log a mood.

    args:
        mood (str): How it is.
    """
    return mood
