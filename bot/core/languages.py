"""Languages people can talk in, by their two letters (ISO 639-1), each with its own name for itself.

Source of the names: Unicode's CLDR. The order is that in which they are offered: the first half is spoken by most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "zh": "中文",
    "es": "Español",
    "hi": "हिन्दी",
    "ar": "العربية",
    "fr": "Français",
    "pt": "Português",
    "bn": "বাংলা",
    "ru": "Русский",
    "ur": "اردو",
    "id": "Indonesia",
    "de": "Deutsch",
    "ja": "日本語",
    "sw": "Kiswahili",
    "tr": "Türkçe",
    "ko": "한국어",
    "vi": "Tiếng Việt",
    "fa": "فارسی",
    "it": "Italiano",
    "pl": "Polski",
    "uk": "Українська",
    "nl": "Nederlands",
    "ta": "தமிழ்",
    "te": "తెలుగు",
    "th": "ไทย",
    "am": "አማርኛ",
    "az": "Azərbaycan",
    "bg": "Български",
    "ca": "Català",
    "cs": "Čeština",
    "da": "Dansk",
    "el": "Ελληνικά",
    "fi": "Suomi",
    "gu": "ગુજરાતી",
    "ha": "Hausa",
    "he": "עברית",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "kk": "Қазақ тілі",
    "ml": "മലയാളം",
    "mr": "मराठी",
    "ms": "Melayu",
    "ne": "नेपाली",
    "no": "Norsk",
    "pa": "ਪੰਜਾਬੀ",
    "ro": "Română",
    "sk": "Slovenčina",
    "sr": "Српски",
    "sv": "Svenska",
    "yo": "Èdè Yorùbá",
}
