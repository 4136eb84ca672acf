"""Figures as Prometheus reads them: counted as they come. What a label may say is one of few values, known here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from bot.core.models import Kind
from bot.core.ports.watch import Came, Gateway, Outcome, Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 15.0)
"""Bounds of the histograms. Discord waits 3 s for a first answer; the alert looks at 2 s."""
ASKED = (Kind.ANSWER, Kind.CHOICES, Kind.UNKNOWN)
"""What a question comes to."""


class PrometheusMeter:
    """Implements the port Meter in a registry of its own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each, which nobody needs
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        came = Counter("lantern_interactions", "Commands, autocompletes, clicks and forms", ["came"], registry=registry)
        asked = Counter("lantern_questions", "Questions, by what they came to", ["decision"], registry=registry)
        took = Histogram(
            "lantern_stage_seconds", "What takes time, by stage", ["stage"], buckets=SECONDS, registry=registry
        )
        requests = Counter(
            "lantern_discord_requests", "Requests to Discord, by how it answered", ["outcome"], registry=registry
        )
        events = Counter(
            "lantern_gateway_events", "How often the connection was made, resumed, lost", ["event"], registry=registry
        )
        # Every value is there from the start, as 0: what was never seen cannot be told from what went away.
        self._came = {how: came.labels(how.value) for how in Came}
        self._asked = {kind: asked.labels(kind.value) for kind in ASKED}
        self._took = {stage: took.labels(stage.value) for stage in Stage}
        self._requests = {outcome: requests.labels(outcome.value) for outcome in Outcome}
        self._events = {event: events.labels(event.value) for event in Gateway}
        self._is_up = Gauge("lantern_gateway_up", "Whether Discord tells the bot what happens", registry=registry)
        self._latency = Gauge(
            "lantern_gateway_latency_seconds", "Until Discord answered the last heartbeat", registry=registry
        )
        self._servers = Gauge("lantern_servers", "Servers the bot is on", registry=registry)
        self.is_connected = False
        """Whether Discord tells the bot what happens."""

    def came(self, how: Came) -> None:
        """Count an interaction."""
        self._came[how].inc()

    def asked(self, kind: Kind) -> None:
        """Count a question by what it came to."""
        self._asked[kind].inc()

    def took(self, stage: Stage, seconds: float) -> None:
        """Note how long a stage took; less than nothing, where clocks differ, is nothing."""
        self._took[stage].observe(max(0.0, seconds))

    def timed(self, stage: Stage) -> AbstractContextManager[object]:
        """Return what notes how long its block takes."""
        return self._took[stage].time()

    def requested(self, outcome: Outcome) -> None:
        """Count a request to Discord."""
        self._requests[outcome].inc()

    def gateway(self, event: Gateway) -> None:
        """Count what became of the connection, and remember whether there is one; none is lost twice."""
        if event is Gateway.LOST and not self.is_connected:
            return
        self._events[event].inc()
        self.is_connected = event is not Gateway.LOST
        self._is_up.set(self.is_connected)

    def follow(self, *, latency: Callable[[], float], servers: Callable[[], int]) -> None:
        """Take what is asked when somebody looks."""
        self._latency.set_function(latency)
        self._servers.set_function(servers)
