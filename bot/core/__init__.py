"""The words of the project: frozen dataclasses, errors, ports and texts. Standard library only."""
