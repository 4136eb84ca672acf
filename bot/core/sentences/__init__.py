"""The key of every sentence the bot says, with the placeholders it may use, by who reads it."""
