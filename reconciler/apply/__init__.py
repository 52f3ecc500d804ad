"""Carries out plans and accounts for what became of them."""

from reconciler.apply.executor import Executor
from reconciler.apply.outcome import Observer, Outcome, Result, Status

__all__ = ["Executor", "Observer", "Outcome", "Result", "Status"]
