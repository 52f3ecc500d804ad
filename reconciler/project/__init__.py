"""The one way from manifests to a changed server, for the command line, programs and MCP.

Start at `project`: `Project.open() -> plan() -> Planned.apply() -> Outcome`. `planning`, `resuming` and
`applying` are its three stages on a `session`.
"""
