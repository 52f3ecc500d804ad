from pydantic import BaseModel, Field


class Mood(BaseModel):
    name: str = Field(..., description="How it is.")
    times: int = Field(..., description="How often.")


def pydantic_model(mood: Mood) -> str:
    """Log a mood.

    Args:
        mood (Mood): How it is.
    """
    return mood.name
