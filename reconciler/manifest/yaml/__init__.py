"""YAML text to nodes that know file and line.

Start at `reader`: `composer` builds nodes out of the events of the parser, `scalars` types them, `findings`
collects what is wrong so that one run shows all of it. Nothing here knows the language of manifests.
"""
