"""Whether a path lies on a folder that other machines may see as well.

In: a path, and the table of what is mounted where. Out: a verdict; no where the system does not tell. It must
not touch the path: a server that is gone would be waited for.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_TABLE = Path("/proc/self/mounts")
_ON_A_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ceph|lustre|beegfs|gfs2|ocfs2|virtiofs|prl_fs|vboxsf"
    r"|fuse\.(sshfs|glusterfs|ceph\S*|grpcfuse|osxfs|s3fs|gcsfuse|rclone|juicefs)"
)
_ESCAPED = re.compile(r"\\([0-7]{3})")


def mounted() -> str:
    """The system's table of what is mounted; empty where it has none."""
    try:
        return _TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def is_network_folder(folder: Path, table: str) -> bool:
    """Whether this folder is served by another machine, or shared with one."""
    place = os.path.realpath(folder)
    best, kind = "", ""
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), fields[1])
        if len(point) >= len(best) and _is_below(place, point):
            best, kind = point, fields[2]
    return _ON_A_NETWORK.fullmatch(kind) is not None


def _is_below(place: str, point: str) -> bool:
    return place == point or place.startswith(point.rstrip("/") + "/")
