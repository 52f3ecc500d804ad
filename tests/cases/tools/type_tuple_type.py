import typing
from datetime import datetime
from typing import Any, Dict, List, Literal, Optional, Union


def type_tuple_type(mood: tuple[int, int]) -> str:
    """Log a mood.

    Args:
        mood: How it is.
    """
    return str(mood)
