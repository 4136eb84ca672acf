"""The web, asked with care: whether the pages an answer rests on are still there."""
