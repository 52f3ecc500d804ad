"""Renderers: a Plan or an Outcome in, lines or text out. They decide nothing and print nothing.

`lines` is what every renderer makes; a caller turns lines into plain or coloured text. No renderer
touches a terminal, a file or a clock, except `progress`, which is told where to write.
"""
