"""Fleet files of lettactl (1.1) as manifests.

In: a fleet file and the folder it stands in. Out: documents and files, and what could not be carried over.
Pure: the folder is read through functions. An unknown key is an error; lettactl drops most of them silently.
"""

from reconciler.adopt.lettactl.fleet import convert_fleet
from reconciler.adopt.lettactl.folder import Folder

__all__ = ["Folder", "convert_fleet"]
