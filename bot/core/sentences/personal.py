"""What somebody reads about what is stored of them, and when they have it deleted."""

from __future__ import annotations

KEYS: dict[str, tuple[str, ...]] = {
    "command.mydata.name": (),
    "command.mydata.description": (),
    "command.mydata_show.name": (),
    "command.mydata_show.description": (),
    "command.mydata_delete.name": (),
    "command.mydata_delete.description": (),
    "command.privacy.name": (),
    "command.privacy.description": (),
    "mydata.shown": (),
    "mydata.nothing": (),
    "mydata.sure": (),
    "mydata.delete": (),
    "mydata.deleted": (),
    "mydata.not_yours": (),
    "privacy.text": (),
    "privacy.contact": ("contact",),
    "privacy.no_contact": (),
    "privacy.link": (),
    "personal.still_there": ("until",),
    "personal.somebody": (),
}
