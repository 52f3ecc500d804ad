"""The state file: what this machine alone knows, such as old values of blocks and who applies right now.

No server can tell it again, so that nothing of ours deletes it. Nothing else may open its file.
"""

from reconciler.state.history import KEPT, History, OldValue
from reconciler.state.journal import Ending, Intent, Journal
from reconciler.state.location import exports_beside, is_usual, path_of
from reconciler.state.serials import Serials
from reconciler.state.store import State
from reconciler.state.texts import AppliedText, Texts

__all__ = [
    "KEPT",
    "AppliedText",
    "Ending",
    "History",
    "Intent",
    "Journal",
    "OldValue",
    "Serials",
    "State",
    "Texts",
    "exports_beside",
    "is_usual",
    "path_of",
]
