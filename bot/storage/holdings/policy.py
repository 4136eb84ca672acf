"""PRIVACY.md, made from what the tables are declared to hold and from how long it is kept: neither can be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.retention import GONE_HOURS
from bot.storage.holdings import HOLDINGS, Owner

if TYPE_CHECKING:
    from bot.core.retention import Operator, Retention
    from bot.storage.holdings import Holding

_BEGIN = """# Privacy

Lantern answers questions from a server's FAQ, and introduces people to each other who want that. This page lists
everything it stores. It is made from the program itself (`lantern privacy --write`), and a test compares both.

{contact}

## In short

- Lantern stores what you give it for these purposes, and nothing else. It reads no messages but those you send to it,
  asks Discord for no list of members, and watches no activity.
- Everything is computed on the operator's own machine: the model that reads questions runs there. Nothing you write
  goes to another company's service, nobody's texts train a model, and nothing is sold or shared. Discord carries every
  message, and its own policy holds for that.
- Words in which Lantern sees a crisis are never stored, nor that it saw any.
- What you tell to be introduced is seen by nobody but the matching. A card without your name is made of it, which you
  see before anybody else does. People are never introduced across servers.
- No moderator and no administrator can list profiles or read stories; they see counts, and the reports made to them.

## Your data

- `/mydata show` gives you all of it as a file, from every server at once. `/mydata delete` deletes all of it: the rows,
  the encrypted texts, the numbers computed from them, and your keys, so that no backup gives them back. `/privacy`
  shows this page. They work on every server and in direct messages, for everybody, whatever roles you have.
- Backups from before are deleted within {backups} days. What is encrypted in them opens nowhere any more. The rest,
  such as votes, would come back with one; so it is noted, with your id encrypted and as long as there are such backups,
  that you deleted everything, and it is deleted again before a backup is used. The same holds for leaving the
  introductions, and for a server that removed the bot.
- Not in the file is what would tell about others:{hidden}
- What stays when you delete everything, and why, stands with each table below.
- To have something corrected, change it (`/peers edit`), or ask whoever runs the bot.

## How it is kept safe

Stories, profiles, cards, questions that had no answer, free texts of reports, and the numbers computed from them are
encrypted (AES-256-GCM), each person's with a key of their own. The keys are in another file than the database, and
encrypted under a master key that is outside both. What is deleted is overwritten. Where a person must only be told from
others, a keyed hash stands for them; logs hold no names, no ids and no texts.

## When time is over

{windows}

When the bot is removed from a server, all data of that server is deleted after {gone} hours, and at the latest within
24 hours; whoever invites it again before that loses nothing. While a server is only out of reach, nothing is deleted.

Discord does not tell Lantern who leaves a server, because it asks for no list of members. So it looks: every hour at
those who have an open introduction, before two names are told, and once a day at everybody who opted in. Who is gone is
forgotten there at once, and their open introductions end. Their other data stays until its window is over, or until
they delete it; `/mydata` in a direct message to the bot reaches it as long as they share a server with it.

## What whoever runs the bot has to do

- Say who they are: `LANTERN_CONTACT` and `LANTERN_PRIVACY_URL` are shown by `/privacy`.
- The bot deletes its own backups within {backups} days. Keep copies of them elsewhere no longer, and those of `keys.db`
  and `lantern.key` apart from them. An old copy of the keys would give back what was deleted since; keep only the
  newest.
- Set other windows with `LANTERN_KEEP_...`, tell their members, and publish the page that `lantern privacy` prints.
- Answer requests about personal data, and tell members and Discord of a breach, as the law and Discord's terms ask.
- Nobody under 18 is introduced to anybody; nobody under 13, or the age their country asks for, may use Discord at all.

## Every table
"""
_WINDOWS = {
    "offers": "An offer that came to nothing, and the cards of every introduction",
    "known": "Who was introduced to whom, so that it can be reported",
    "reports": "A report",
    "letters_read": "A letter in the inbox that was read",
    "letters": "A letter that nobody reads",
    "questions": "A question without an answer, after it was asked last",
    "authors": "Whose words that question is in",
    "notices": "Something you were to be told and could not be",
    "drafts": "A draft, suggestion or proposal nobody touched",
    "uploads": "A file that waits to be imported",
    "claims": "That something was done that may be done once",
    "idle": "A profile without any activity, until you are asked whether it is to stay",
    "answer": "How long you then have to do anything at all, before it is deleted",
    "backups": "A backup of all this; and that you deleted your data, so that a backup does not give it back",
}


def privacy_text(kept: Retention, operator: Operator) -> str:
    """Return the whole policy, in Markdown."""
    contact = f"Run by: {operator.contact}" if operator.contact else "Who runs this bot says `/privacy` in Discord."
    figures = kept.figures()
    windows = ["| what | days |", "| --- | --- |", *(f"| {_WINDOWS[name]} | {figures[name]} |" for name in figures)]
    hidden = "".join(f"\n  - of {each.name}: {each.hidden}" for each in HOLDINGS if each.hidden)
    begin = _BEGIN.format(
        contact=contact, hidden=hidden, windows="\n".join(windows), gone=GONE_HOURS, backups=kept.backups
    )
    return begin + "".join(_section(holding, kept) for holding in HOLDINGS)


def _section(holding: Holding, kept: Retention) -> str:
    facts = [
        f"- Whose: {holding.owner.value}.",
        f"- Why: {holding.why}.",
        f"- How long: {holding.kept.format_map(kept.figures())}.",
        f"- Who sees it: {holding.seen}.",
    ]
    if holding.traces or holding.owner is Owner.PERSON:
        facts.append(f"- After `/mydata delete` stays: {holding.left or 'nothing'}.")
    if holding.hidden:
        facts.append(f"- Not shown by `/mydata show`: {holding.hidden}.")
    rows = [
        f"| `{column}` | {what}{' (encrypted)' if column in holding.sealed else ''} |"
        for column, what in holding.columns.items()
    ]
    title = f"{holding.name[0].upper()}{holding.name[1:]} (`{holding.table}`)"
    return "\n".join(["", f"### {title}", "", *facts, "", "| column | what |", "| --- | --- |", *rows, ""])
