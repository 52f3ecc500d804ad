def f_docstring() -> str:
    f"""What time it is, {1}."""
    return "x"
