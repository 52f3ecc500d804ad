def empty_docstring() -> str:
    """"""
    return "x"
