"""The dashboard and the alerts ask for figures that a running bot has, and leave none of them out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from bot.logs import Line
from support.busy_discord import BusyDiscord
from support.small import ANSWERED
from support.watching import GUILD

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SELECTOR = re.compile(r"\b((?:lantern|process)_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|=)"([^"]*)"')
OF_PROMETHEUS = {"job", "le"}
"""Labels that Prometheus adds, or that hold bounds."""


def panels():
    """Return the dashboard's panels, without its rows."""
    board = json.loads((DEPLOY / "grafana" / "lantern.json").read_text("utf-8"))
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def rules():
    """Return the alerts."""
    (group,) = yaml.safe_load((DEPLOY / "alerts.yaml").read_text("utf-8"))["groups"]
    return group["rules"]


def queries():
    """Return everything that is asked for, by where."""
    asked = [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]
    return asked + [(rule["alert"], rule["expr"]) for rule in rules()]


@pytest.fixture
async def exported(start_watched):
    """What a running bot exports: for each name, the values of its labels."""
    async with start_watched(BusyDiscord((GUILD,))) as bot:
        await bot.ask(ANSWERED)
        figures = await bot.figures()
    found = {}
    for name, labels in figures:
        values = found.setdefault(name, {})
        for label, value in labels:
            values.setdefault(label, set()).add(value)
    return found


async def test_every_figure_that_is_asked_for_is_one_that_a_running_bot_has(exported):
    """With its labels, and with values that they can have."""
    missing = []
    for where, query in queries():
        for name, matchers in SELECTOR.findall(query):
            known = exported.get(name)
            for label, how, wanted in MATCHER.findall(matchers):
                values = (known or {}).get(label, {"lantern"} if label == "job" else set())
                if not [each for each in values if each == wanted or (how == "=~" and re.fullmatch(wanted, each))]:
                    missing.append((where, name, label, wanted))
            if known is None:
                missing.append((where, name))

    assert [] == missing


async def test_every_figure_of_the_bot_is_asked_for(exported):
    asked = {name for _, query in queries() for name, _ in SELECTOR.findall(query)}
    parts = re.compile(r"_(bucket|count|sum)$")
    families = {parts.sub("", name) for name in asked}
    left_out = {name for name in exported if name.startswith("lantern_") and parts.sub("", name) not in families}

    assert set() == left_out


def test_every_line_of_a_panel_has_a_name_of_its_own():
    for panel in panels():
        legends = [target["legendFormat"] for target in panel["targets"]]
        if panel["type"] == "timeseries":
            assert all(legends), panel["title"]
            assert len(legends) == len(set(legends)), panel["title"]


def test_every_panel_says_what_it_shows_and_in_which_unit():
    for panel in panels():
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
    ids = [panel["id"] for panel in panels()]

    assert len(ids) == len(set(ids))


def test_no_two_panels_lie_on_each_other():
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels()
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_every_alert_says_how_bad_it_is_and_the_page_for_the_operator_says_what_to_do():
    page = (ROOT / "docs" / "watching.md").read_text("utf-8")
    names = [rule["alert"] for rule in rules()]

    assert {"page", "ticket"} == {rule["labels"]["severity"] for rule in rules()}
    assert all(rule["annotations"]["summary"] for rule in rules())
    assert [] == [
        rule["alert"]
        for rule in rules()
        if f"See docs/watching.md, {rule['alert']}." not in rule["annotations"]["description"]
    ]
    assert names == re.findall(r"^### (Lantern\w+)$", page, re.MULTILINE)


def test_the_page_for_the_operator_names_every_job_and_field_of_the_log():
    page = (ROOT / "docs" / "watching.md").read_text("utf-8")
    jobs = {
        job
        for path in (ROOT / "bot").rglob("*.py")
        for job in re.findall(r'(?:JOB\.set\(|^    job = )"(\w+)"', path.read_text("utf-8"), re.MULTILINE)
    }

    assert len(jobs) > 5
    assert set() == {each for each in (*jobs, *(field.name for field in fields(Line))) if f"`{each}`" not in page}


async def test_the_page_for_the_operator_explains_every_figure(exported):
    page = (ROOT / "docs" / "watching.md").read_text("utf-8")
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in exported if name.startswith("lantern_")}

    assert set() == {name for name in families if f"`{name}`" not in page}


needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Prometheus")


def promtool(*arguments):
    """Run Prometheus' own checker to its end."""
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)


UP = 'up{job="lantern"}'
WORSE = {
    "LanternDown": {UP: "0+0x240"},
    "LanternNotConnected": {"lantern_gateway_up": "0+0x240"},
    "LanternNotReady": {'lantern_ready{part="model"}': "0+0x240"},
    "LanternUnsteady": {'lantern_gateway_events_total{event="lost"}': "0+1x240"},
    "LanternSlow": {
        'lantern_stage_seconds_bucket{stage="acknowledge",le="2.0"}': "0+9x240",
        'lantern_stage_seconds_bucket{stage="acknowledge",le="3.0"}': "0+10x240",
        'lantern_stage_seconds_bucket{stage="acknowledge",le="+Inf"}': "0+10x240",
        'lantern_stage_seconds_count{stage="acknowledge"}': "0+10x240",
    },
    "LanternStuck": {
        'lantern_loop_lag_seconds_bucket{le="0.5"}': "0+9x240",
        'lantern_loop_lag_seconds_bucket{le="1.0"}': "0+10x240",
        'lantern_loop_lag_seconds_bucket{le="+Inf"}': "0+10x240",
    },
    "LanternErrors": {'lantern_troubles_total{level="error",kind="other"}': "0+0x230 1+0x10"},
    "LanternCannotStore": {'lantern_troubles_total{level="warning",kind="DatabaseLockedError"}': "0+1x240"},
    "LanternNotCounted": {"lantern_census_timestamp_seconds": "0+0x240"},
    "LanternNoBackup": {"lantern_backup_timestamp_seconds": "-200000+0x240"},
    "LanternDiskFull": {"lantern_disk_free_bytes": "1000000+0x240"},
    "LanternReportWaits": {'lantern_queue_oldest_seconds{queue="reports"}': "90000+60x240"},
    "LanternCheckBackWaits": {'lantern_queue_oldest_seconds{queue="check_backs"}': "4000+60x240"},
    "LanternRoundLate": {'lantern_queue_oldest_seconds{queue="rounds"}': "4000+60x240"},
    "LanternNotTelling": {'lantern_queue_oldest_seconds{queue="notices"}': "8000+60x240"},
    "LanternQuestionsWait": {'lantern_queue_oldest_seconds{queue="questions"}': "2600000+60x240"},
}
"""What a figure is while something is wrong, each minute for four hours, in promtool's words."""


@needs_promtool
async def test_a_bot_that_is_well_raises_no_alert_and_each_trouble_raises_its_own(start_watched, tmp_path):
    """From the figures of a running bot, which stay as they are but for the one of the trouble."""
    async with start_watched(BusyDiscord((GUILD,))) as bot:
        await bot.ask(ANSWERED)
        figures = await bot.figures()
    well = {
        UP: "1+0x240",
        "lantern_census_timestamp_seconds": "0+60x240",
        "lantern_backup_timestamp_seconds": "0+60x240",
    }
    for (name, labels), value in figures.items():
        pairs = ",".join(f'{label}="{said}"' for label, said in sorted(labels))
        well.setdefault(f"{name}{{{pairs}}}" if pairs else name, f"{value}+0x240")
    tests = [_test(well, [])] + [_test({**well, **worse}, [name]) for name, worse in WORSE.items()]
    checked = {"rule_files": [str(DEPLOY / "alerts.yaml")], "tests": tests}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(checked))
    tested = promtool("test", "rules", tmp_path / "test.yaml")

    assert set(WORSE) == {rule["alert"] for rule in rules()}
    assert 0 == tested.returncode, tested.stdout + tested.stderr


def _test(series, raised):
    """Return a test of promtool's: which alerts are raised after four hours of these series."""
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": "4h",
                "exp_samples": [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in raised],
            }
        ],
    }


@needs_promtool
@pytest.mark.parametrize(("kind", "name"), [("rules", "alerts.yaml"), ("config", "prometheus.yaml")])
def test_prometheus_own_checker_finds_nothing(kind, name):
    checked = promtool("check", kind, DEPLOY / name)

    assert 0 == checked.returncode, checked.stdout + checked.stderr
