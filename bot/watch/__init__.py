"""Watching the bot from outside: figures for Prometheus, and whether it is alive and ready, on a local port."""
