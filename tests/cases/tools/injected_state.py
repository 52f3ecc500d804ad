def injected_state(self, agent_state: "AgentState", mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): How it is.
    """
    return mood
