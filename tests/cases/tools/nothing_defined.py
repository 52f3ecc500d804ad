mood = "calm"
