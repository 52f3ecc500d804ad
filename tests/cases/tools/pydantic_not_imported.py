class BaseModel:
    pass


class Mood(BaseModel):
    name: str


def pydantic_not_imported(mood: Mood) -> str:
    """Log a mood.

    Args:
        mood (Mood): How it is.
    """
    return mood.name
