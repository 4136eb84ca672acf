"""The Discord edge: parse, call, render."""
