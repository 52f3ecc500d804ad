"""The SQLite cache: server ids and what was last seen, so that look-ups need no request.

It can be deleted at any time; no plan depends on it. Nothing else may open its file.
"""

from reconciler.cache.cached_resource import CachedResource, group_document, remembered
from reconciler.cache.location import default_path
from reconciler.cache.store import Cache

__all__ = ["Cache", "CachedResource", "default_path", "group_document", "remembered"]
