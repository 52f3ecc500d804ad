import typing
from datetime import datetime
from typing import Any, Dict, List, Literal, Optional, Union


def type_union(mood: Union[str, int]) -> str:
    """Log a mood.

    Args:
        mood: How it is.
    """
    return str(mood)
