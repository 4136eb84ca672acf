"""What people write in files, read and checked: the FAQ pack, the prompts, the crisis phrases, a FAQ brought in."""
