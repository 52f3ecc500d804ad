"""Takes what exists on a server into a project, and lets it go again, without changing it.

In: what is declared and a survey of the server. Out: plans that write markers and nothing else. It must not
send anything.
"""

from reconciler.adopt.by_id import match_id
from reconciler.adopt.matching import Matching, World, match_names
from reconciler.adopt.release import release
from reconciler.adopt.takeover import Adoption, take_over

__all__ = ["Adoption", "Matching", "World", "match_id", "match_names", "release", "take_over"]
