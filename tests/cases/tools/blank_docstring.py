def blank_docstring() -> str:
    """   """
    return "x"
