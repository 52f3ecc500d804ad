"""Carries out plans and accounts for what became of them."""

from reconciler.execute.executor import Executor
from reconciler.execute.outcome import Observer, Outcome, Result, Status

__all__ = ["Executor", "Observer", "Outcome", "Result", "Status"]
