def examples_section(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.

    Examples:
        examples_section("calm")

    Raises:
        ValueError: Never.
    """
    return mood
