"""The composition root: builds the parts and knows them all."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.content.crisis import load_crisis
from bot.content.helplines import load_helplines
from bot.content.packs import load_pack, load_setbacks
from bot.content.prompts import check_starters, load_languages
from bot.core.errors import ContentError
from bot.core.models import EntryId
from bot.core.ports.watch import UNMETERED
from bot.core.retention import DEFAULT, UNKNOWN
from bot.faq.asking import Asking
from bot.faq.editing import Editing
from bot.faq.elsewhere import Elsewhere
from bot.faq.forum import HelpForums
from bot.faq.guilds import Guilds
from bot.faq.importing import Importing
from bot.faq.keeping import Keeping
from bot.faq.library import Library
from bot.faq.links import LinkWatch
from bot.faq.notices import Notices
from bot.faq.personal import Personal
from bot.faq.proposals import Proposals
from bot.faq.queue import Queue
from bot.faq.suggestions import Suggestions
from bot.faq.upkeep import Upkeep
from bot.pairing.rounds import Pairing
from bot.peers.aftercare import Aftercare
from bot.peers.introductions import Introductions
from bot.peers.membership import Membership
from bot.peers.reports import Reports
from bot.peers.rounds import Rounds
from bot.safety.pseudonyms import Pseudonyms
from bot.search.engine import SearchEngine
from bot.search.models import open_model
from bot.storage.activity import ActivityStore
from bot.storage.census import CensusTable
from bot.storage.check_backs import CheckBacks
from bot.storage.database import Database
from bot.storage.days import DayStore
from bot.storage.drafts import DraftStore
from bot.storage.faq import GuildEntries
from bot.storage.guilds import GuildSettingsTable
from bot.storage.introduction_table import IntroductionTable
from bot.storage.letters import LetterTable
from bot.storage.links import LinkStore
from bot.storage.notices import NoticeStore
from bot.storage.peers import PeerTable
from bot.storage.personal import PersonalTable
from bot.storage.posts import PostStore
from bot.storage.proposals import ProposalStore
from bot.storage.queue import QueueStore
from bot.storage.reports import ReportTable
from bot.storage.resealing import open_keyring
from bot.storage.retention import RetentionTable
from bot.storage.rotation import Backups
from bot.storage.rounds import RoundTable
from bot.storage.search import SearchStore
from bot.storage.ties import Ties
from bot.storage.upkeep import UpkeepStore
from bot.storage.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from pathlib import Path

    from bot.core.backups import BackupPlan
    from bot.core.errors import Problem
    from bot.core.helplines import Helplines
    from bot.core.models import Pack
    from bot.core.peers import Setback
    from bot.core.ports import Embedder
    from bot.core.ports.watch import CensusTaker, Meter
    from bot.core.retention import Operator, Retention
    from bot.core.texts import Texts
    from bot.safety.crisis import CrisisPhrases
    from bot.settings import Settings
    from bot.storage.keyring import Keyring

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Content:
    """What people wrote, checked."""

    texts: Texts
    pack: Pack
    crisis: CrisisPhrases
    setbacks: tuple[Setback, ...]
    helplines: Helplines


@dataclass(frozen=True, slots=True)
class Meeting:
    """What introduces people to each other."""

    membership: Membership
    introductions: Introductions
    aftercare: Aftercare
    reports: Reports
    rounds: Rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Lantern(Meeting):
    """The running parts that cogs, the terminal and the demo use."""

    texts: Texts
    helplines: Helplines
    asking: Asking
    library: Library
    search: SearchEngine
    activity: ActivityStore
    editing: Editing
    guilds: Guilds
    forums: HelpForums
    posts: PostStore
    queue: Queue
    notices: Notices
    proposals: Proposals
    suggestions: Suggestions
    days: DayStore
    upkeep: Upkeep
    links: LinkWatch
    importing: Importing
    uploads: Uploads
    check_backs: CheckBacks
    personal: Personal
    keeping: Keeping
    retention: Retention
    operator: Operator
    elsewhere: Elsewhere
    keyring: Keyring
    meter: Meter
    census: CensusTaker
    backups: Backups


def load_content(settings: Settings) -> Content:
    """Read and check prompts/ and data/; raises ContentError with every problem of every file.

    Only the starters wait until the rest is sound.
    """
    problems: list[Problem] = []
    with _gathered(problems):
        texts = load_languages(settings.prompts, settings.locale)
    with _gathered(problems):
        pack = load_pack(settings.data)
    with _gathered(problems):
        crisis = load_crisis(settings.data)
    with _gathered(problems):
        setbacks = load_setbacks(settings.data)
    with _gathered(problems):
        helplines = load_helplines(settings.data)
    if problems:
        raise ContentError(list(dict.fromkeys(problems)))  # the pack minds setbacks, too
    path = settings.prompts / f"{settings.locale}.yaml"
    check_starters(path, texts, frozenset(str(entry.id) for entry in pack.entries))
    return Content(texts, pack, crisis, setbacks, helplines)


@contextmanager
def _gathered(problems: list[Problem]) -> Iterator[None]:
    try:
        yield
    except ContentError as error:
        problems += error.problems


def no_progress(_done: int, _of: int) -> None:
    """Report nothing."""


@asynccontextmanager
async def lantern(
    content: Content,
    database_path: Path | None,
    notes_path: Path | None,
    open_model: Callable[[], Embedder],
    progress: Callable[[int, int], None] = no_progress,
    *,
    key: bytes | None = None,
    retention: Retention = DEFAULT,
    operator: Operator = UNKNOWN,
    meter: Meter = UNMETERED,
    backups: BackupPlan | None = None,
) -> AsyncIterator[Lantern]:
    """Build everything and close it again.

    `key`: the master key of LANTERN_KEY. Where what is encrypted cannot be read, everything else runs.
    `meter`: what takes figures while the bot runs. `backups`: when they are made; None for never.

    `database_path` keeps what the search computed, `notes_path` what people did: one file for the bot; for a
    question from the terminal, notes in memory. None = in memory.
    Raises the LanternError of the part that cannot start.
    """
    async with AsyncExitStack() as stack:
        database = await Database.open(database_path, meter)
        stack.push_async_callback(database.close)
        notes = database
        if notes_path != database_path:
            notes = await Database.open(notes_path, meter)
            stack.push_async_callback(notes.close)
        embedder = await asyncio.get_running_loop().run_in_executor(None, open_model)
        keyring = await open_keyring(notes, key)
        stack.callback(keyring.close)
        if keyring.is_locked:
            log.error("What people told is locked away: %s", keyring.why_locked)
        activity, stored = ActivityStore(notes), SearchStore(database)
        entries = GuildEntries(notes, keyring)
        library = Library(content.pack, entries)
        prototypes = content.crisis.prototypes
        search = await SearchEngine.start(
            library, embedder, stored, stored, progress, prototypes=prototypes, meter=meter
        )
        stack.callback(search.close)
        starters = [EntryId(starter) for starter in content.texts.starters]
        pseudonyms = Pseudonyms(keyring.names)
        editing = Editing(library, entries, DraftStore(notes, keyring))
        notices = Notices(NoticeStore(notes, keyring))
        queue = Queue(QueueStore(notes, keyring), search, library, editing, notices=notices, pseudonyms=pseudonyms)
        stack.callback(queue.close)
        days, links = DayStore(notes), LinkStore(notes)
        asking = Asking(library, search, activity, queue, content.crisis, days=days, starters=starters, meter=meter)
        guilds = Guilds(GuildSettingsTable(notes))
        elsewhere = await Elsewhere.start(notes, entries, library, editing, guilds=guilds)
        posts = PostStore(notes)
        forums = HelpForums(
            guilds, library, search, posts, facts=activity, crisis=content.crisis, pseudonyms=pseudonyms
        )
        votes = ProposalStore(notes, keyring)
        proposals = Proposals(library, editing, search, votes, crisis=content.crisis, pseudonyms=pseudonyms)
        suggestions = Suggestions(editing, notices, content.crisis)
        upkeep = Upkeep(library, search, editing, UpkeepStore(notes), days=days, links=links)
        meeting = _meeting(notes, keyring, search, guilds, content.setbacks, kept=retention)
        yield Lantern(
            texts=content.texts,
            helplines=content.helplines,
            asking=asking,
            library=library,
            search=search,
            activity=activity,
            editing=editing,
            guilds=guilds,
            forums=forums,
            posts=posts,
            queue=queue,
            notices=notices,
            proposals=proposals,
            suggestions=suggestions,
            days=days,
            upkeep=upkeep,
            links=LinkWatch(library, links),
            importing=Importing(library, editing),
            uploads=Uploads(notes),
            check_backs=CheckBacks(notes),
            personal=Personal(PersonalTable(notes, keyring)),
            keeping=Keeping(RetentionTable(notes, keyring, retention), guilds, library),
            retention=retention,
            operator=operator,
            elsewhere=elsewhere,
            keyring=keyring,
            meter=meter,
            census=CensusTable(notes),
            backups=Backups(notes, keyring, backups),
            membership=meeting.membership,
            introductions=meeting.introductions,
            aftercare=meeting.aftercare,
            reports=meeting.reports,
            rounds=meeting.rounds,
        )


def _meeting(
    notes: Database,
    keyring: Keyring,
    stories: SearchEngine,
    guilds: Guilds,
    setbacks: Sequence[Setback],
    *,
    kept: Retention,
) -> Meeting:
    """Build what introduces people to each other; `stories`: what makes vectors of them."""
    ties = Ties(Pseudonyms(keyring.names))
    peers, table = PeerTable(notes, keyring, ties), IntroductionTable(notes, keyring, ties, kept)
    membership = Membership(peers, stories, guilds, setbacks)
    introductions = Introductions(table, LetterTable(notes), peers, guilds)
    return Meeting(
        membership,
        introductions,
        Aftercare(table),
        Reports(ReportTable(notes, keyring, ties), table),
        Rounds(membership, introductions, Pairing(), RoundTable(notes), settings=guilds),
    )


def model_opener(settings: Settings, progress: Callable[[int, int], None] = no_progress) -> Callable[[], Embedder]:
    """Return what opens the model of the settings; `progress(done, of)` counts the steps of its export."""
    return lambda: open_model(settings.model, settings.export_folder, progress)
