"""Notices of what the server has, has not, and allows only once."""
