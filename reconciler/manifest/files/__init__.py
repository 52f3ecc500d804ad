"""Which files below a folder are manifests of which project.

Start at `discovery`. `other_tools` and `ignore_file` say which YAML files are left alone.
"""
