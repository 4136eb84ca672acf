"""How good the answers are, in numbers that anybody can make again."""
