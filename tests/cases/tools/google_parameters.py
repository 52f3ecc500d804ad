def google_parameters(mood: str) -> str:
    """Log a mood.

    Parameters:
        mood (str): How it is.
    """
    return mood
