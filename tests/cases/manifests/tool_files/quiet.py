def quiet() -> None:
    pass
