import sys

if sys.version_info:

    def inside_if(mood: str) -> str:
        """Log a mood.

        Args:
            mood (str): How it is.
        """
        return mood
