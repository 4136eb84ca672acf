"""Rules about text and people. Pure."""
