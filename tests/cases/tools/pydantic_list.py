from pydantic import BaseModel, Field


class Mood(BaseModel):
    name: str = Field(..., description="How it is.")


def pydantic_list(moods: list[Mood]) -> str:
    """Log moods.

    Args:
        moods (list[Mood]): How it is.
    """
    return moods[0].name
