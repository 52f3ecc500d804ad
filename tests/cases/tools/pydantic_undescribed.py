from pydantic import BaseModel


class Mood(BaseModel):
    name: str


def pydantic_undescribed(mood: Mood) -> str:
    """Log a mood.

    Args:
        mood (Mood): How it is.
    """
    return mood.name
