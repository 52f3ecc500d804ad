import typing
from datetime import datetime
from typing import Any, Dict, List, Literal, Optional, Union


def type_optional(mood: Optional[str]) -> str:
    """Log a mood.

    Args:
        mood: How it is.
    """
    return str(mood)
