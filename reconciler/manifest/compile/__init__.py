"""Documents to blueprints: what does not depend on the user is decided here, once.

Start at `set_compiler`. `catalog` resolves names, `agents`, `groups` and `fields` build the resources,
`tool_*` read the source code of tools, `cross_checks` see what one resource alone does not show.
"""
