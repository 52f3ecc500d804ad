"""A Letta server in memory: the part of its API that the product uses, as letta 0.16.8 was measured to be.

For scale, random histories and the protocol only: claims about the server are tested on the real one, and
`test_differential` holds this one to it, answer by answer.
"""

from tests.simulated.letta import Answer, Asked, SimulatedLetta

__all__ = ["Answer", "Asked", "SimulatedLetta"]
