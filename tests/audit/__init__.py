"""The auditor: everything on the server before and after each command, held against what was announced.

hooks      where commands begin and end, in this process and in those it starts
ledger     what commands announced and what others did, told by all of these processes
snapshot   every table of the real server's database, in one transaction
differences, announced, consequences, judge
           what moved, what may have moved, and what is left over: the findings
known      findings that are admitted for now
plugin     hangs all of it on the tests
"""
