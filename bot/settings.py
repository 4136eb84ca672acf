"""Settings from the environment, or from a file named .env in the folder Lantern is started in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from dotenv.parser import parse_stream
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.core.backups import BackupPlan
from bot.core.errors import ConfigurationError
from bot.core.retention import DEFAULT, Operator, Retention

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_BESIDE = Path(__file__).resolve().parent
SHIPPED = _BESIDE / "shipped" if (_BESIDE / "shipped").is_dir() else _BESIDE.parent
"""Where prompts/ and data/ are: in the repository, or inside the installed package."""

ENV_FILE = ".env"
EXAMPLE_HEAD = """\
# Every setting of Lantern, with what it is when it is not set. Copy this file to .env in the folder Lantern is started
# in, take the # away where you set something, and let nobody else read it: chmod 600 .env
# The environment comes first: a variable that is set there is not looked up here. `lantern doctor` looks at them all.
"""
_SHIPPED_FOLDERS = frozenset({"prompts", "data"})
"""What comes with Lantern: where that is differs from one machine to the next."""

_Days = Annotated[int, Field(ge=1, le=3650)]
_Link = Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")]


def _stripped(value: object) -> object:
    """Return a token without the space around it that copying brings along; None where nothing is left."""
    return value.strip() or None if isinstance(value, str) else value


def _hexadecimal(value: SecretStr | None) -> SecretStr | None:
    """Return a key; raises ValueError, which does not repeat it, for anything else."""
    if value is not None and not re.fullmatch("[0-9a-fA-F]{64}", value.get_secret_value()):
        raise ValueError("This is no key.")
    return value


class Settings(BaseSettings):
    """Every setting; each is an environment variable that begins with LANTERN_."""

    model_config = SettingsConfigDict(
        env_prefix="LANTERN_", env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    discord_token: Annotated[SecretStr | None, BeforeValidator(_stripped)] = Field(
        default=None, description="the bot's token, for `lantern run`"
    )
    model: str = Field(default="all-MiniLM-L6-v2", description="the embedding model: a name or a folder", min_length=1)
    state: Path = Field(default=Path(".lantern"), description="the folder for the database")
    exports: Path | None = Field(
        default=None, description="the folder for models as they serve; without it, models in the folder of the state"
    )
    key: Annotated[SecretStr | None, BeforeValidator(_stripped), AfterValidator(_hexadecimal)] = Field(
        default=None,
        description="64 hexadecimal digits, the master key of what is encrypted; without it, a file lantern.key",
    )
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Za-z]+)?$")] = Field(
        default="en", description="the file in prompts/ the bot speaks from"
    )
    prompts: Path = Field(default=SHIPPED / "prompts", description="the folder with the sentences")
    data: Path = Field(default=SHIPPED / "data", description="the folder with the FAQ pack")
    log_level: Annotated[str, StringConstraints(pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Annotated[str, StringConstraints(pattern=r"^(text|json)$")] = Field(
        default="text", description="text, or json: one object a line, for programs that collect logs"
    )
    watch_port: int = Field(
        default=8802,
        ge=0,
        le=65535,
        description="the port of /healthz, /readyz and /metrics of `lantern run`, 0 for none",
    )
    watch_host: str = Field(
        default="127.0.0.1",
        description="the address it listens on: by default, only this machine can ask",
        min_length=1,
    )
    contact: str = Field(default="", description="how to reach whoever runs this bot; `/privacy` shows it")
    privacy_url: _Link = Field(default="", description="the address of your own privacy policy, if you have one")
    keep_offers: _Days = Field(default=DEFAULT.offers, description="days an offer that came to nothing is kept")
    keep_known: _Days = Field(default=DEFAULT.known, description="days it is kept who was introduced to whom")
    keep_reports: _Days = Field(default=DEFAULT.reports, description="days a report is kept")
    keep_letters_read: _Days = Field(
        default=DEFAULT.letters_read, description="days a letter of the inbox is kept that was read"
    )
    keep_letters: _Days = Field(default=DEFAULT.letters, description="days one is kept that nobody reads")
    keep_questions: _Days = Field(default=DEFAULT.questions, description="days a question without an answer is kept")
    keep_authors: _Days = Field(default=DEFAULT.authors, description="days it is kept whose words that question is in")
    keep_notices: _Days = Field(default=DEFAULT.notices, description="days it is kept what could not be told")
    keep_drafts: _Days = Field(
        default=DEFAULT.drafts, description="days a draft or suggestion is kept that nobody touches"
    )
    keep_uploads: _Days = Field(default=DEFAULT.uploads, description="days a file is kept that waits to be imported")
    keep_claims: _Days = Field(default=DEFAULT.claims, description="days it is kept that something was done once")
    keep_idle: _Days = Field(
        default=DEFAULT.idle, description="days without activity before the owner of a profile is asked"
    )
    keep_answer: _Days = Field(default=DEFAULT.answer, description="days they then have before it is deleted")
    keep_backups: _Days = Field(default=DEFAULT.backups, description="days a backup is kept at most")
    backups: Path | None = Field(
        default=None, description="the folder for backups; without it, backups in the folder of the state"
    )
    backup_hours: Annotated[int, Field(ge=0, le=720)] = Field(
        default=24, description="hours between two backups that the bot makes by itself, 0 to 720; 0 for none"
    )
    backups_daily: Annotated[int, Field(ge=0, le=366)] = Field(
        default=7, description="days of which the newest backup is kept, 0 to 366"
    )
    backups_weekly: Annotated[int, Field(ge=0, le=53)] = Field(
        default=4, description="weeks of which the newest backup is kept, 0 to 53"
    )

    @property
    def database(self) -> Path:
        """The database file."""
        return self.state / "lantern.db"

    @property
    def export_folder(self) -> Path:
        """Where models are exported to."""
        return self.exports or self.state / "models"

    @property
    def master_key(self) -> bytes | None:
        """What `key` stands for."""
        return bytes.fromhex(self.key.get_secret_value()) if self.key else None

    @property
    def retention(self) -> Retention:
        """How long what is kept: LANTERN_KEEP_OFFERS and its like. The environment, for it is the operator's duty."""
        return Retention(**{name: getattr(self, f"keep_{name}") for name in DEFAULT.figures()})

    @property
    def backup_folder(self) -> Path:
        """Where backups are."""
        return self.backups or self.state / "backups"

    @property
    def backup_plan(self) -> BackupPlan:
        """When backups are made, and which stay."""
        kept = {"daily": self.backups_daily, "weekly": self.backups_weekly, "days": self.keep_backups}
        return BackupPlan(self.backup_folder, self.backup_hours, **kept)

    @property
    def operator(self) -> Operator:
        """Who runs this bot."""
        return Operator(self.contact, self.privacy_url)


def _shown(fault: ErrorDetails) -> str:
    """Return what was given for a setting that is wrong; a secret is never repeated."""
    return "something else (not shown)" if fault["loc"][0] in {"discord_token", "key"} else repr(fault["input"])


def load_settings() -> Settings:
    """Return the settings; raises ConfigurationError naming each variable that is wrong and how to mend it."""
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"LANTERN_{str(fault['loc'][0]).upper()} is {_shown(fault)}, but should be "
            f"{Settings.model_fields[str(fault['loc'][0])].description}"
            for fault in error.errors()
        )
        raise ConfigurationError(f"{faults}. Correct it in the environment or in .env.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The file .env cannot be read ({error}). Make it a text file in UTF-8 that Lantern may read, or remove it."
        ) from error


def variables() -> tuple[str, ...]:
    """Return the name of every setting, as the environment has it."""
    return tuple(f"LANTERN_{name.upper()}" for name in Settings.model_fields)


def names_in_file(path: Path) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return every name that a file of settings sets, and the numbers of its lines that set nothing and are skipped."""
    if not path.is_file():
        return (), ()
    with path.open(encoding="utf-8") as file:
        bindings = list(parse_stream(file))
    faulty = (each for each in bindings if each.error or (each.key is not None and each.value is None))
    return tuple(each.key for each in bindings if each.key), tuple(each.original.line for each in faulty)


def example() -> str:
    """Return a file of settings in which each is explained, and none is set."""
    parts = [EXAMPLE_HEAD]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None or name in _SHIPPED_FOLDERS else field.default
        parts.append(f"# {field.description}\n#LANTERN_{name.upper()}={default}\n")
    return "\n".join(parts)
