"""Settings from the environment, or from a file named .env in the folder Lantern is started in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.core.errors import ConfigurationError

_BESIDE = Path(__file__).resolve().parent
SHIPPED = _BESIDE / "shipped" if (_BESIDE / "shipped").is_dir() else _BESIDE.parent
"""Where prompts/ and data/ are: in the repository, or inside the installed package."""


def _stripped(value: object) -> object:
    """Return a token without the space around it that copying brings along; None where nothing is left."""
    return value.strip() or None if isinstance(value, str) else value


class Settings(BaseSettings):
    """Every setting; each is an environment variable that begins with LANTERN_."""

    model_config = SettingsConfigDict(
        env_prefix="LANTERN_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    discord_token: Annotated[SecretStr | None, BeforeValidator(_stripped)] = Field(
        default=None, description="the bot's token, for `lantern run`"
    )
    model: str = Field(default="all-MiniLM-L6-v2", description="the embedding model: a name or a folder", min_length=1)
    state: Path = Field(default=Path(".lantern"), description="the folder for the database")
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Za-z]+)?$")] = Field(
        default="en", description="the file in prompts/ the bot speaks from"
    )
    prompts: Path = Field(default=SHIPPED / "prompts", description="the folder with the sentences")
    data: Path = Field(default=SHIPPED / "data", description="the folder with the FAQ pack")
    log_level: Annotated[str, StringConstraints(pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR"
    )

    @property
    def database(self) -> Path:
        """The database file."""
        return self.state / "lantern.db"


def load_settings() -> Settings:
    """Return the settings; raises ConfigurationError naming each variable that is wrong and how to mend it."""
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"LANTERN_{str(fault['loc'][0]).upper()} is {fault['input']!r}, but should be "
            f"{Settings.model_fields[str(fault['loc'][0])].description}"
            for fault in error.errors()
        )
        raise ConfigurationError(f"{faults}. Correct it in the environment or in .env.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The file .env cannot be read ({error}). Make it a text file in UTF-8 that Lantern may read, or remove it."
        ) from error
