def prose_only(mood: str) -> str:
    """Log a mood: mood is how it is."""
    return mood
