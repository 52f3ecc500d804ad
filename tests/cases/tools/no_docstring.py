def no_docstring(mood: str) -> str:
    return mood
