"""What the manifests need and this server has.

In: desired and live. Out: desired without what cannot be had. Pure. Whether that is right the person says;
the notices `unsupported` and `skipped` tell of it.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.values import Desired, Live


def within_reach(desired: Desired, live: Live) -> Desired:
    """Desired without resources of kinds the server lacks."""
    if not live.lacks:
        return desired
    kept = {a: resource for a, resource in desired.resources.items() if a.kind not in live.lacks}
    return replace(desired, resources=kept)
