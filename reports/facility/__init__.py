"""The page of one facility: its KBK ratings, the chance of each band, what is missing to the next and its worth."""
