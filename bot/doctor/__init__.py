"""`lantern doctor`: what is set, what is missing, what to do. Looks only; changes nothing."""
