"""A machine that invents histories: random lives of a project on a simulated server, against an oracle.

A history is data (`history.py`): manifests and steps, drawn from a seed (`draw.py`) and written as YAML. It
is played (`play.py`) on a server and on machines that drive the product by its command line (`world.py`);
after each step what is there is held against what the contract says (`oracle.py`), which was written from
the contract and shares no code with the product. A history that fails is made smaller (`shrink.py`) and kept
under `cases/`.

    python -m tests.histories --seeds 0:300      play these, write what failed to a file of this commit
    python -m tests.histories.mutations --seed 1 break the product in ten drawn ways: each must be noticed
"""
