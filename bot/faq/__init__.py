"""What the bot does with a FAQ: read a guild's entries, decide, answer."""
