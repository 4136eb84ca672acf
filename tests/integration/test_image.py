"""The images and how they run, as far as that can be told without a Docker engine; `make image-rehearsal` builds them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dockerfile_parse import DockerfileParser

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE, COMPOSE = ROOT / "deploy/Dockerfile", ROOT / "deploy/compose.yaml"
TOOLS = Path(sys.executable).parent


def stages() -> dict[str, list[tuple[str, str]]]:
    """Return the instructions of each stage, after those of the stage it begins with."""
    with DOCKERFILE.open("rb") as file:
        lines = DockerfileParser(fileobj=file).structure
    found: dict[str, list[tuple[str, str]]] = {"": []}
    name = ""
    for line in lines:
        if line["instruction"] == "FROM":
            parent, _, name = line["value"].partition(" AS ")
            found[name] = list(found.get(parent, ()))
        elif line["instruction"] != "COMMENT":
            found[name].append((line["instruction"], line["value"]))
    return found


STAGES = stages()
SERVICES = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
SERVED = ("bot", "demo")


def values(stage, instruction) -> list[str]:
    """Return the values of an instruction in a stage, in order."""
    return [value for name, value in STAGES[stage] if name == instruction]


def environment(stage) -> dict[str, str]:
    """Return what ENV sets in a stage."""
    return dict(word.split("=", 1) for value in values(stage, "ENV") for word in value.split())


def copied() -> set[str]:
    """Return what is copied from the repository, in any stage."""
    every = {value for name in STAGES for value in values(name, "COPY") if not value.startswith("--from")}
    return {word for value in every for word in value.split()[:-1]}


def test_hadolint_finds_nothing():
    result = subprocess.run([TOOLS / "hadolint", "--no-color", DOCKERFILE], capture_output=True, text=True, check=False)

    assert (0, "", "") == (result.returncode, result.stdout, result.stderr)


def test_compose_yaml_is_what_the_compose_specification_allows():
    check = [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE]
    result = subprocess.run(check, capture_output=True, text=True, check=False)

    assert 0 == result.returncode, result.stdout


def test_an_image_can_hold_nothing_of_the_folder_but_what_is_copied():
    """A token in .env, a key or a database lies there too."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    assert "*" == rules[0]
    assert copied() == {rule.removeprefix("!") for rule in rules if rule.startswith("!")}


def test_what_is_copied_is_there():
    assert [] == [name for name in sorted(copied()) if not (ROOT / name).exists()]
    for stage in STAGES:
        for value in values(stage, "COPY"):
            if origin := re.match(r"--from=(\S+)", value):
                assert origin[1] in STAGES


def test_an_edit_of_the_program_installs_nothing_anew():
    """What comes from the network is there before the program is copied, in the stages that install anything."""
    steps = [value for name, value in STAGES["build"] if name in {"RUN", "COPY"}]
    installs = [at for at, value in enumerate(steps) if "--requirement" in value]

    assert max(installs) < min(at for at, value in enumerate(steps) if value.split()[0] in {"bot", "data", "prompts"})
    assert [] == [value for value in values("packages", "COPY") if "/wheels" in value or value.startswith("bot")]
    assert not any("pip" in value for stage in SERVED for value in values(stage, "RUN"))


def test_the_lists_hold_what_pyproject_asks_for_and_what_is_served_has_no_torch(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    subprocess.run([sys.executable, ROOT / "deploy/lists.py"], cwd=tmp_path, check=True)
    lists = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in tmp_path.glob("*.txt")}

    assert {"base", "served", "alone", "model", "demo"} == lists.keys()
    assert sorted(lists["base"]) == sorted(lists["served"] + lists["alone"])
    assert ["tokenizers"] == [re.split("[<>=]", line)[0] for line in lists["alone"]]
    assert "torch" in lists["model"]
    assert not any(re.match("torch|sentence|lantern", line) for line in lists["base"] + lists["demo"])
    assert not any("torch" in value or "model.txt" in value for value in values("packages", "RUN"))


def test_everything_whose_bytecode_is_made_is_there():
    """The build would end there otherwise."""
    subprocess.run([sys.executable, ROOT / "deploy/loaded.py"], check=True)


def test_the_last_stage_is_the_bot_so_a_build_without_a_target_is_too():
    assert "bot" == list(STAGES)[-1]


@pytest.mark.parametrize("stage", SERVED)
class TestServed:
    def test_it_runs_as_a_fixed_number_that_is_not_root(self, stage):
        assert "10001:10001" == values(stage, "USER")[-1]

    def test_it_gets_signals_itself_and_ends_on_sigterm(self, stage):
        assert ["lantern"] == json.loads(values(stage, "ENTRYPOINT")[-1])
        assert isinstance(json.loads(values(stage, "CMD")[-1]), list)
        assert "SIGTERM" == values(stage, "STOPSIGNAL")[-1]

    def test_its_health_is_asked_for(self, stage):
        assert json.loads(values(stage, "HEALTHCHECK")[-1].partition("CMD ")[2])

    def test_what_it_keeps_is_in_the_volume(self, stage):
        assert [environment(stage)["LANTERN_STATE"]] == values(stage, "VOLUME")

    def test_it_serves_the_model_that_was_exported_while_it_was_built(self, stage):
        assert f"--from=build /models {environment(stage)['LANTERN_EXPORTS']}" in values(stage, "COPY")


@pytest.mark.parametrize("name", SERVED)
class TestService:
    def test_it_has_no_right_it_does_not_need(self, name):
        service = SERVICES[name]

        assert service["read_only"] is True
        assert ["ALL"] == service["cap_drop"]
        assert ["no-new-privileges:true"] == service["security_opt"]
        assert set() == service.keys() & {"privileged", "cap_add", "devices", "network_mode", "pid", "user", "ipc"}

    def test_it_cannot_fill_the_memory_or_the_disk_of_its_server(self, name):
        service = SERVICES[name]

        assert service["mem_limit"]
        assert service["pids_limit"] > 0
        assert {"max-size", "max-file"} == service["logging"]["options"].keys()

    def test_only_this_machine_reaches_it(self, name):
        assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))

    def test_it_is_built_from_the_stage_of_its_name(self, name):
        build = SERVICES[name]["build"]

        assert name == build["target"]
        assert ROOT == (COMPOSE.parent / build["context"]).resolve()
        assert DOCKERFILE == (COMPOSE.parent / build["context"] / build["dockerfile"]).resolve()


def test_the_bot_opens_no_port_keeps_its_state_and_comes_back_after_a_reboot():
    bot = SERVICES["bot"]

    assert "ports" not in bot
    assert [f"state:{environment('bot')['LANTERN_STATE']}"] == bot["volumes"]
    assert "unless-stopped" == bot["restart"]


def test_the_demo_needs_no_token_and_starts_only_when_it_is_named():
    demo = SERVICES["demo"]
    ports = {port.rpartition(":")[2] for port in demo["ports"]}

    assert ["demo"] == demo["profiles"]
    assert set() == demo.keys() & {"env_file", "environment", "volumes"}
    assert ports == set(values("demo", "EXPOSE")[-1].split())
