"""The constellations over the Model Context Protocol, for whoever a person trusts with some users.

In: an open Constellations and who may be seen. Out: a server on stdio or HTTP. The `mcp` SDK is an extra and
is imported only when a server starts.
"""

from reconciler.mcp.access import Access
from reconciler.mcp.tools import TOOLS, Tools

__all__ = ["TOOLS", "Access", "Tools"]
