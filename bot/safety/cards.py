"""What the one sentence on somebody's card must not hold: whatever leads to a person, a place or out of here. Pure.

The author is shown each fault with the words it is about (safety.md, statement 14). Rather one too many: a sentence
is quickly put differently, and what a stranger has read stays read. What hides in invisible characters, other
alphabets' digits or spelled-out letters is read as people see it. What no rule can tell is a name that begins a
sentence, or one in a script without capitals: there `doubts_in_sentence` asks the author.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

from bot.core.errors import Fault
from bot.safety.card_words import DOMAINS, GERMAN, INSTITUTIONS, MAILS, MESSENGERS, NO_NAMES, PLACES_OF_WORK, PLATFORMS
from bot.safety.text import clean, cut

SENTENCE_LENGTH = 200
"""Characters: two lines on a phone."""
LEAST_LETTERS = 5
"""Of any script; in Chinese that is a sentence, in English two words."""
QUOTED_LENGTH = 60

_DIGITS = "zero|one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_APART = r"[\s.,:;/()+*·|_–—-]{0,3}"
_ALONE = r"(?<!\d)(?<!\d.)(?<!\d..)(?<!\d...)"
_ENDS = f"(?:{'|'.join(sorted(DOMAINS))}|[a-z]{{2}})"
_SAID_ENDS = "(?:com|net|org|edu|info|io|de|fr|uk|eu|ac|ch|co|gg|app|dev)"
_OF = (
    r"(?:of|de|di|do|da|des|du|zu|von)\s+"
    r"(?!(?:my|our|your|his|her|their|the|a|an|this|that|any|some|choice|applied|sciences?|la|mi|mon|ma|meiner)\b)"
)
_RULES = (
    ("card.mention", r"<[@#:][^>\s]*>?|<(?:a:|t:|id:|/)[^>]*>|@(?:everyone|here)\b"),
    ("card.email", r"[^\s@]+\s?@\s?[^\s@]+\.[^\s@]+"),
    ("card.email", r"\S*\s*[(\[{<]\s*(?:at|ät|arroba)\s*[)\]}>](?:\s*\S+)?"),
    ("card.email", rf"\S+\s+at\s+\S+\s+(?:dot|punkt|point|punto)\s+{_SAID_ENDS}\b"),
    ("card.email", rf"\b(?:{MAILS})\b"),
    ("card.link", r"\[[^\]]*\]\([^)]*\)"),
    ("card.link", r"\b[a-z][a-z0-9+.-]*:/{1,2}\S+|\bwww\b\S*|\bhxxps?\S*"),
    ("card.link", r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}[/?#:]\S+"),
    ("card.link", rf"[\w-]{{2,}}(?:\.[\w-]+)*[.。]{_ENDS}\b(?!['.]\w)"),
    ("card.link", rf"\b[\w-]+\s*(?:\s\.\s*|\(\.\)|\[\.\]|[(\[{{]\s*dot\s*[)\]}}]|\sdot\s){_SAID_ENDS}\b"),
    ("card.orcid", r"\borcid\b(?:\W*[\dx-]{4,})?|\b(?:\d{4}[\s-]?){3}\d{3}[\dx]\b"),
    ("card.handle", r"@\s?\S*|\b[ur]/\w+|(?<!\w)#(?!\d\d?\b)\w\S*|\w+#\d+"),
    ("card.handle", rf"\b(?:{PLATFORMS}|ig)\s*[:=]\s*\S+"),
    ("card.handle", rf"\b(?:my|mein|mon|mi)\s+(?:{PLATFORMS})\b(?:\s+is\s+\S+)?"),
    ("card.handle", rf"\b(?:on|via|auf|über|sur|en|em|su)\s+(?:{MESSENGERS})\b"),
    ("card.handle", rf"\b(?:add|find|dm|write|text) me (?:on|at|via) (?:{PLATFORMS}|signal|line)\b"),
    ("card.handle", r"(?<![\w'])(?=\w*_)\w*[^\W_]\w*|(?<![\w'])(?=[^\W\d_]{2,}\d{2}|[^\W\d_]{3,}\d)[^\W_]+"),
    ("card.year", r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\w)'\d\d\b"),
    ("card.year", rf"\b(?:nineteen|twenty)[\s-]+(?:hundred|oh|{_TEENS}|{_TENS})(?:[\s-](?:{_DIGITS}))?\b"),
    ("card.year", rf"\btwo thousand(?: and)? (?:{_DIGITS}|{_TEENS}|{_TENS})\b"),
    # Idioms, times of the day, and ranges: `10-12`, but not `20-24`.
    ("", rf"{_ALONE}(?:24/7|50/50|(?:[01]?\d|2[0-4])[:.][0-5]\d)(?!{_APART}\d)"),
    ("", rf"{_ALONE}(?!(?:19|20)\D*\d\d)\d\d? ?[–—-] ?\d\d?(?!{_APART}\d)"),
    ("card.number", rf"\d(?:{_APART}\d){{2,}}"),
    ("card.number", rf"\b(?:{_DIGITS}|oh)(?:[\s,-]+(?:{_DIGITS}|oh)\b){{2,}}"),
    ("card.spelled", r"(?<!\w)[^\W\d](?:[\s.·_-]{1,2}[^\W\d](?!\w)){3,}"),
    ("card.markup", r"\*\*|~~|\|\||`+|^\s*(?:>|#+|-#)\s"),
    ("card.name", r"\b(?:my name is|i am called|i'm called|call me|ich heiße|mein name ist)\s+\S+"),
    ("card.name", r"\b(?:je m'appelle|me llamo|mi nombre es|mi chiamo|me chamo)\s+\S+"),
    ("card.name", r"\b(?:prof|dr|mrs?|ms|frau|herr)\b\.?(?:[ -]dr\.?)?\s+(?-i:[A-ZÀ-Þ])[\w'-]*"),
    ("card.institution", rf"\b(?:{'|'.join(INSTITUTIONS)})\b|\bmax[\s-]planck\b(?:[\s-]\w+)?|(?-i:\bSt\.? [A-Z]\w+)"),
    ("card.institution", rf"\b(?:{PLACES_OF_WORK})\s+{_OF}\w+(?:\s+(?-i:[A-ZÀ-Þ])\w+)*"),
    ("card.institution", r"\b\w{3,}-?(?:universität|hochschule|klinikum|institut)\b"),
    ("card.institution", rf"\b(?!(?:pre|post|non|inter|mid)-)\w+-(?:{PLACES_OF_WORK})\b"),
)
"""Text keys with what they are about, looked for in this order; what one finds is not looked at again. "": is fine."""

_FINDERS = tuple((text_key, re.compile(pattern, re.IGNORECASE)) for text_key, pattern in _RULES)
_WORD = re.compile(r"[^\W\d_](?:[\w+]|['.-](?=[^\W\d_]))*")
_STARTS = re.compile(r"(?:^|(?<![a-z]\.[a-z])\.|[!?…:;。！？¡¿])\W*$")
"""What stands before the first word of a sentence; `e.g.` does not."""


def faults_in_sentence(sentence: str) -> list[Fault]:
    """Return every fault of a sentence for a card, in the order they are looked for; none for an empty one.

    Of a sentence that is far too long, only the beginning is looked at: shortened, it comes back.
    """
    seen = clean(sentence)
    if not seen:
        return []
    faults = []
    if len(seen) > SENTENCE_LENGTH:
        faults.append(Fault("card.long", {"most": SENTENCE_LENGTH, "length": len(seen)}))
    rest = _as_seen(seen[: 2 * SENTENCE_LENGTH])
    if sum(map(str.isalpha, rest)) < LEAST_LETTERS:
        faults.append(Fault("card.short", {}))
    for text_key, pattern in _FINDERS:
        faults += [_fault(text_key, found.group()) for found in pattern.finditer(rest) if text_key]
        rest = pattern.sub(lambda found: "x" * len(found.group()), rest)
    return faults + _capitals(rest)


def doubts_in_sentence(sentence: str) -> list[Fault]:
    """Return what only its author can tell of a sentence, as a request to read it again."""
    seen = _as_seen(clean(sentence)[:SENTENCE_LENGTH])
    letters = [character for character in seen if character.isalpha()]
    if letters and not any(character.isupper() or character.islower() for character in letters):
        return [Fault("card.reread_script", {})]
    if _is_german(seen) and (words := ["".join(words) for words in _capitalised(seen)]):
        return [Fault("card.reread_capitals", {"text": cut(", ".join(words), QUOTED_LENGTH)})]
    return []


def _fault(text_key: str, text: str) -> Fault:
    return Fault(text_key, {"text": cut(text.strip(), QUOTED_LENGTH)})


def _as_seen(text: str) -> str:
    """Return text as it is read: one form for wide, small, raised and framed letters and digits, plain quotes."""
    plain = unicodedata.normalize("NFKC", text).translate({ord(quote): "'" for quote in "‘’ʼ′"})
    plain = "".join(character for character in plain if unicodedata.category(character) != "Me")
    digits = "".join(str(unicodedata.digit(character, "")) or character for character in plain)
    return re.sub(r"(?<=\d)[oO](?=\d)", "0", re.sub(r"(?<=\d)[lI](?=\d)", "1", digits))


def _capitals(text: str) -> list[Fault]:
    """Return a fault for each name: words with a capital inside of a sentence, or with several."""
    words = _WORD.findall(text)
    loud = [word for word in words if word[0].isupper() and len(word) > 1]
    if len(words) >= 4 and len(loud) > len(words) / 2:  # noqa: PLR2004 - fewer words may be a name
        return [Fault("card.capitals", {})]
    names = _capitalised(text)
    if _is_german(text):  # every noun has one there; two in a row, or all of a word, are rarely nouns
        names = [name for name in names if len(name) > 1 or name[0].isupper()]
    return [_fault("card.capital", " ".join(name)) for name in names]


def _capitalised(text: str) -> list[list[str]]:
    """Return the names in a text, each as its words."""
    marked = [(found.group(), _is_name(found.group(), text[: found.start()])) for found in _WORD.finditer(text)]
    return [[word for word, _ in group] for is_name, group in groupby(marked, key=lambda one: one[1]) if is_name]


def _is_name(word: str, before: str) -> bool:
    folded = word.casefold()
    if len(word) == 1 or not NO_NAMES.isdisjoint({folded, folded.removesuffix("'s"), folded.replace(".", "")}):
        return False
    if any(character.isupper() for character in word[1:].replace("-", " ").replace("'", " ")):
        parts = re.split(r"[-']", word)
        return any(part[1:] != part[1:].lower() and part.casefold() not in NO_NAMES for part in parts) or (
            len(parts) > 1 and not _STARTS.search(before)
        )
    return word[0].isupper() and not _STARTS.search(before)


def _is_german(text: str) -> bool:
    return len(GERMAN.intersection(text.casefold().split())) > 1
