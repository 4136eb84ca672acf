"""Components V2 made from frozen dataclasses: nothing is decided here."""
