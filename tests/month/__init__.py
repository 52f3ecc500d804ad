"""A small company for a month, on the real server: what happens is drawn beforehand, what must be so is kept.

script     who does what on which day, drawn from a seed
company    its manifests, which change as the month goes by
ci, bots, bot, laptop, app, operator
           who does it; a bot is a process of its own
ledger     what the contract says is so after each event and each night
growth     what becomes more: objects, marks, requests, the memory of a bot
month      puts all of them up and plays a script
"""
