import typing
from datetime import datetime
from typing import Any, Dict, List, Literal, Optional, Union


def type_none_type(mood: None) -> str:
    """Log a mood.

    Args:
        mood: How it is.
    """
    return str(mood)
