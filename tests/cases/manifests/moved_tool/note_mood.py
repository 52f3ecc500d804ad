def note_mood(mood: str) -> str:
    """Note a mood.

    Args:
        mood (str): how it is

    Returns:
        str: the same
    """
    return mood
