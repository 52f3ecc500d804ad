def unicode_everywhere(stimmung: str) -> str:
    """Hält fest, wie es geht ☕.

    Args:
        stimmung (str): Wie es geht, ünter anderem.
    """
    return stimmung
