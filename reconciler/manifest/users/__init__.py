"""Who gets a set, and blueprints to the desired resources of each user.

Start at `rows`: users one at a time out of manifests and `tables`. `expand` renders a blueprint for one
user, `selected` and `sub_folder` narrow a run to some of them.
"""
