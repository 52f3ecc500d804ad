"""Pieces of text every report is made of: lines with tones, widths, diffs, words."""
