"""Damaged input of every kind through the commands that read it: each ends as a message of ours.

    inputs     what is tried, as a small file         seeds     good input, which is damaged
    damage     bytes and values that hurt             stage     one command in this process, under limits
    kinds      how each is made and judged            answers   a server that is heard wrongly
    sampling   so many, or so long                    smaller   the same failure from less input
    __main__   `python -m tests.fuzz --minutes 60 --seed 7`

Inputs that failed once lie in tests/cases/fuzz, and are tried again by the tests.
"""
