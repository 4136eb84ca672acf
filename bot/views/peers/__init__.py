"""What members who want to meet somebody see: opting in, their profile, introductions, reports."""
