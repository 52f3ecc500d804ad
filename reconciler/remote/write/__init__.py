"""Single writes, each checked against what the server answers.

Start at `writer`. `safe_create` looks before a create is tried again, `answer_checks` compares what was
sent with what came back.
"""
