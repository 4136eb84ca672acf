"""The pages of the repository, and what they promise: links, files, commands of the terminal and of Discord."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import click
from markdown_it import MarkdownIt

from bot.cli import main as lantern
from bot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SHELL = frozenset({"sh", "bash", "console"})
"""The languages of blocks that people paste into a terminal."""
FOLDERS = frozenset({"bot", "data", "deploy", "docs", "prompts", "tests", ".ci", ".github"})
TELLING = ("bot/**/*.py", "prompts/*.yaml", "data/*.yaml", "deploy/*", ".env.example", "Makefile")
ADDRESSES = frozenset({"/healthz", "/readyz", "/metrics"})
"""What begins like a command of Discord and is a page of the running bot."""


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file: where its links lead, its anchors, the code in its lines, and its blocks for the shell."""

    path: Path
    links: tuple[str, ...]
    anchors: frozenset[str]
    code: tuple[str, ...]
    shell: tuple[str, ...]

    @property
    def name(self) -> str:
        """The path from the repository's root."""
        return str(self.path.relative_to(ROOT))


@cache
def pages() -> tuple[Page, ...]:
    """Return every page of the repository, but none of what tools left in hidden folders."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    kept = (path for path in found if not any(part.startswith(".") and part != ".github" for part in path.parts))
    return tuple(read(ROOT / path) for path in sorted(kept))


def read(path: Path) -> Page:
    """Read one page."""
    blocks = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    inline = [token for block in blocks for token in block.children or ()]
    links = [
        str(token.attrs.get("href") or token.attrs.get("src"))
        for token in inline
        if token.type in {"link_open", "image"}
    ]
    titles = (blocks[at + 1] for at, block in enumerate(blocks) if block.type == "heading_open")
    fences = [block for block in blocks if block.type == "fence"]
    return Page(
        path,
        tuple(links),
        frozenset(_numbered(_anchor(title.content) for title in titles)),
        tuple(token.content for token in inline if token.type == "code_inline"),
        tuple(line for fence in fences if fence.info in SHELL for line in _lines(fence.content)),
    )


def _anchor(title: str) -> str:
    """Return what GitHub makes of a heading: small letters, spaces as hyphens, no other signs."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _numbered(anchors) -> list[str]:
    """Return anchors of which each but the first of equal ones has a number."""
    seen: list[str] = []
    for anchor in anchors:
        times = sum(anchor == re.sub(r"-\d+$", "", other) or anchor == other for other in seen)
        seen.append(f"{anchor}-{times}" if times else anchor)
    return seen


def _lines(block: str) -> list[str]:
    """Return the command lines of a block: continued ones joined, `$ ` before them taken away."""
    return [line.removeprefix("$ ") for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def broken(page: Page) -> list[str]:
    """Return the links of a page that lead to no file or no heading of this repository; other hosts are not asked."""
    return [link for link in page.links if not re.match(r"[a-z]+:", link) and not _leads(page, link)]


def _leads(page: Page, link: str) -> bool:
    target, _, anchor = unquote(link).partition("#")
    path = (page.path.parent / target).resolve() if target else page.path
    if not path.exists() or not path.is_relative_to(ROOT):
        return False
    return not anchor or anchor in read(path).anchors


def commands_in(text: str) -> list[list[str]]:
    """Return the commands of a line as words, each as the shell would start it: `a && b | c` are three.

    What stands before a program (settings, `sudo`, the folder it is in) and where its output goes is left out.
    """
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;()<>")
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("|&;()"):
            found.append([])
        elif set(word) <= set("<>"):
            next(lexer, None)
        else:
            found[-1].append(word)
    return [_program(words) for words in found if _program(words)]


def _program(words: list[str]) -> list[str]:
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if words[:1] == ["sudo"]:
        return _program(words[3:] if words[1:2] == ["-u"] else words[1:])
    if words[:2] == ["docker", "compose"] and {"run", "exec"} & set(words) and "--entrypoint" not in words:
        return _in_container(words[words.index("bot") + 1 :])
    return [words[0].rsplit("/", 1)[-1], *words[1:]] if words else []


def _in_container(words: list[str]) -> list[str]:
    """Return what a container of ours starts: `run` gives it words for `lantern`, `exec` names the program as well."""
    return _program(words) if words[:1] in (["lantern"], ["tar"]) else ["lantern", *words]


def lantern_commands(page: Page) -> list[list[str]]:
    """Return what a page has people type after `lantern`, in blocks and in lines."""
    return [words[1:] for words in _typed(page) if words[0] == "lantern"]


def make_commands(page: Page) -> list[list[str]]:
    """Return what a page has people type after `make`."""
    return [words[1:] for words in _typed(page) if words[0] == "make"]


def _typed(page: Page) -> list[list[str]]:
    begun = re.compile(r"(?:[A-Z_]+=\S* )*(?:\S*/)?(?:lantern|make)(?: |$)")
    lines = (*page.shell, *(code for code in page.code if begun.match(code)))
    return [words for line in lines for words in commands_in(line)]


def wrong_in_lantern(words: list[str]) -> str | None:
    """Return what is wrong with a command as a page writes it: no such command, option, or place for a word."""
    command: click.Command = lantern
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            return f"{command.name} has no command {words[0]}"
        command, words = found, words[1:]
    context = click.Context(command, **lantern.context_settings)
    options = {name: each for each in command.get_params(context) for name in (*each.opts, *each.secondary_opts)}
    places = sum(
        each.nargs if each.nargs > 0 else len(words) for each in command.params if isinstance(each, click.Argument)
    )
    rest = iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            places -= 1
        elif not isinstance(option := options.get(name), click.Option):
            return f"{command.name} has no option {name}"
        elif not option.is_flag and not value:
            next(rest, None)
    return f"{command.name} takes fewer words" if places < 0 else None


def told_elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Yield what the program, its sentences and its set-up tell people to type, each with the file that tells it.

    Only what stands between backticks; texts that Python joins from several lines are read as one.
    """
    for path in sorted(path for pattern in TELLING for path in ROOT.glob(pattern) if path.is_file()):
        text = re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8")).replace("\n", " ")
        for code in re.findall(r"`((?:[\w./]*/)?(?:lantern|make) [^`]*)`", text):
            yield from ((str(path.relative_to(ROOT)), words) for words in commands_in(code))


@cache
def make_targets() -> frozenset[str]:
    """Return what `make` can be asked for."""
    return frozenset(re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def file_names() -> frozenset[str]:
    """Return the names of all files of the repository, without their folders."""
    return frozenset(path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*")) | {
        path.name for path in ROOT.iterdir()
    }


def missing_files(page: Page) -> list[str]:
    """Return the files and folders that a page names in its lines of code, and that are not there.

    `<topic>` stands for anything. A name alone counts when it is one of a module, a script or a page.
    """
    words = [code.split()[0] for code in page.code if code.strip()]
    paths = [
        word for word in words if word.partition("/")[0] in FOLDERS and re.fullmatch(r"[\w./*<>-]+/[\w./*<>-]*", word)
    ]
    names = [word for word in words if re.fullmatch(r"[a-z]\w*\.(py|sh|md)", word)]
    gone = [path for path in paths if not any(ROOT.glob(re.sub(r"<\w+>", "*", path.rstrip("/"))))]
    return gone + [name for name in names if name not in file_names()]


def unknown_settings(page: Page) -> set[str]:
    """Return the names of settings on a page that are none; `LANTERN_KEEP_...` stands for several."""
    known = {f"LANTERN_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"LANTERN_[A-Z]+(?:_[A-Z]+)*", page.path.read_text(encoding="utf-8")))
    return {name for name in named - known if not any(each.startswith(f"{name}_") for each in known)}


def slash_commands(page: Page) -> list[str]:
    """Return the Discord commands that a page names, without their options; paths and addresses are none."""
    written = re.compile(r"/[a-z][a-z-]*(?: [a-z-]+)*(?: \[?[a-z-]+:.*)?")
    found = [code for code in page.code if written.fullmatch(code) and code not in ADDRESSES]
    return [re.split(r" \[?[a-z-]+:", code)[0].removeprefix("/") for code in found]
