"""What people write in YAML, read and checked: the FAQ pack, the prompts, the crisis phrases."""
