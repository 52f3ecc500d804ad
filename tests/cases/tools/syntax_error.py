def syntax_error(:
    return 1
