"""What those who look after a FAQ see."""
