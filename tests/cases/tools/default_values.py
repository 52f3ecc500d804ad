def default_values(mood: str = "calm", marks: list = [], times: int = -1, loud: bool = None) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
        marks (list): Marks.
        times (int): How often.
        loud (bool): Whether.
    """
    return mood
