"""Lantern: curated answers, and companions, for people who try to become researchers."""
