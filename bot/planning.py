"""`lantern pair`: a round solved offline, for planning and checking. Nothing is stored."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import app
from bot.content.packs import load_setbacks
from bot.content.profiles import load_edges, load_people
from bot.content.prompts import load_languages
from bot.core.peers import PeerSettings
from bot.pairing.edges import graph_of_edges, result_of
from bot.pairing.rounds import Pairing, plan_in_time
from bot.peers.obstacles import TEXT_KEYS
from bot.session import begin
from bot.terminal import show_pairs, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.core.matching import Candidate, Reason, RoundResult
    from bot.core.texts import Texts
    from bot.settings import Settings

BUDGET_SECONDS = 240.0
"""Nobody waits for a round here. 50,000 people took the double cover up to 104 s on a busy two-core machine."""
EMBEDDED_AT_ONCE = 64
"""Stories between two steps of the progress bar."""

log = logging.getLogger(__name__)
_file = click.Path(path_type=Path)


@click.command()
@click.argument("profiles", type=_file)
@click.option("--edges", type=_file, help='Ready edges instead of stories and rules: {"a", "b", "fit"} a line.')
@click.option(
    "--budget",
    type=click.FloatRange(min=0.001),
    default=BUDGET_SECONDS,
    show_default=True,
    help="Seconds for one solver; then a faster one takes over, and says so.",
)
@click.option(
    "--grace",
    type=click.IntRange(min=0),
    default=PeerSettings().grace,
    show_default=True,
    help="Rounds somebody may have waited before they come first.",
)
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
def pair(profiles: Path, *, edges: Path | None, budget: float, grace: int, as_json: bool) -> None:
    """Pair the people of PROFILES, JSON Lines, by the rules and the solver that the bot uses.

    \b
    A line of PROFILES; only "id" is needed, and an id is used once:
      {"id": "ada",
       "roles": ["peer", "seeker", "mentor"],   what they look for, or offer; "peer" where it is left out
       "capacity": 2,                           people a mentor takes at a time (1)
       "setbacks": ["rejection", "ghosting"],   words to be compared as they are; data/setbacks.yaml has ours
       "story": "Nine said no ...",             compared by meaning with the bundled model
       "outlook": ["listening", "often"],       words, or sliders from 0 to 1 in a fixed order: [0.5, 1]
       "stage": 1,                              steps from 0, or outside, student, doctorate, early, established;
                                                a mentor is one to three ahead
       "languages": ["en", "de"],
       "utc_offset": 5.5,                       hours
       "hours": [[18, 22], [23, 1]],            of their own day, past midnight too; or "async"
       "adult": true,                           whoever is not known to be an adult is not matched
       "waited_rounds": 3, "blocks": ["bob"], "past": ["eve"]}
    A line of --edges; of two people who are both peers it is a pair of peers, else one mentors the other:
      {"a": "ada", "b": "bob", "fit": 0.7}

    \b
    With --json it writes:
      {"pairs": [{"a", "b", "kind": "peer" | "mentor", "fit", "because": [sentences]}],   in a mentor pair b mentors a
       "matched": people in a pair, "upper_bound": of any plan, proven, "gap": (upper_bound - matched) / upper_bound,
       "unmatched": [{"id", "reason"}], "solver", "seconds": of the solver}

    The objective, in this order: most people matched; the longest overdue first; the best worst match; the best fit
    in all. Same input, same result, whatever the order of lines.
    """
    settings = begin()
    rules = replace(PeerSettings(), budget_seconds=budget, grace=grace)
    texts = load_languages(settings.prompts, settings.locale)
    setbacks = load_setbacks(settings.data)
    people, stories = load_people(profiles)
    labels = {setback.id: setback.label for setback in setbacks}
    with steps() as report:
        if edges is None:
            people = _with_vectors(people, stories, settings, report)
            sensitive = frozenset(setback.id for setback in setbacks if setback.is_sensitive)
            report("Pairing", 0, 0)
            result = asyncio.run(Pairing().pair(people, rules, sensitive))
        else:
            people.sort(key=lambda one: one.id)
            graph = graph_of_edges(people, load_edges(edges, frozenset(one.id for one in people)))
            report("Pairing", 0, 0)
            plan = asyncio.run(plan_in_time(graph, grace=grace, budget_seconds=budget))
            result = result_of(people, graph, plan)
    _show(result, labels, texts, as_json=as_json)


def _with_vectors(
    people: Sequence[Candidate], stories: Sequence[str], settings: Settings, report: Callable[[str, int, int], None]
) -> list[Candidate]:
    """Return the people with their stories' vectors; the model is loaded only where somebody told a story."""
    told = sorted({story for story in stories if story})
    if not told:
        return list(people)
    report("Loading the model", 0, 0)
    embedder = app.model_opener(settings)()
    vectors: dict[str, bytes] = {}
    for start in range(0, len(told), EMBEDDED_AT_ONCE):
        some = told[start : start + EMBEDDED_AT_ONCE]
        vectors |= zip(some, (row.tobytes() for row in embedder.embed(some)), strict=True)
        report("Reading the stories", start + len(some), len(told))
    return [replace(one, vector=vectors.get(story, b"")) for one, story in zip(people, stories, strict=True)]


def _show(result: RoundResult, labels: Mapping[str, str], texts: Texts, *, as_json: bool) -> None:
    if result.note:
        log.warning("%s", result.note)
    written: dict[str, Any] = {
        "pairs": [
            {
                "a": each.first,
                "b": each.second,
                "kind": each.kind.value,
                "fit": round(each.fit, 6),
                "because": [_in_words(reason, labels, texts) for reason in each.because],
            }
            for each in result.pairs
        ],
        "matched": result.matched,
        "upper_bound": result.upper_bound,
        "gap": result.gap,
        "unmatched": [{"id": each.id, "reason": texts(TEXT_KEYS[each.obstacle])} for each in result.unmatched],
        "solver": result.solver,
        "seconds": round(result.seconds, 3),
    }
    if as_json:
        click.echo(json.dumps(written, ensure_ascii=True))
    else:
        show_pairs(written)


def _in_words(reason: Reason, labels: Mapping[str, str], texts: Texts) -> str:
    match reason.text_key:
        case "fit.setbacks":
            return texts(reason.text_key, topics=", ".join(labels.get(each, each) for each in reason.values))
        case "fit.outlook":
            return texts(reason.text_key, outlook=", ".join(reason.values))
        case _:
            return texts(reason.text_key)
