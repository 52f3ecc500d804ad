"""Agents at work: messages, memory and knowledge while the application runs."""
