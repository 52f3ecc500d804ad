def described_by_nothing(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str):
    """
    return mood
