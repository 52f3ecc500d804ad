def rest_with_types(mood: str) -> str:
    """Log a mood.

    :param mood: How it is.
    :type mood: str
    :rtype: str
    """
    return mood
