"""How people meet: who may be paired with whom, introductions with consent on both sides, and what comes after."""
