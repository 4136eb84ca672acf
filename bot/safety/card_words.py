"""Words that the lint of a card's sentence needs to know: what is a name although written small, and what is none."""

from __future__ import annotations

_NO_NAMES = """
    i i'm i've i'd i'll ok faq diy tv pc god internet covid
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays
    sundays christmas easter ramadan europe africa asia america
    january february march april may june july august september october november december
    english german french spanish portuguese italian dutch polish czech slovak hungarian romanian bulgarian greek
    turkish arabic hebrew persian farsi kurdish urdu hindi bengali tamil telugu marathi punjabi nepali sinhala thai
    vietnamese indonesian malay filipino tagalog chinese mandarin cantonese japanese korean russian ukrainian
    belarusian serbian croatian bosnian slovenian albanian macedonian estonian latvian lithuanian finnish swedish
    norwegian danish icelandic irish welsh scottish catalan basque galician swahili hausa yoruba igbo amharic somali
    zulu afrikaans european african asian american british australian canadian mexican brazilian latin indian
    pakistani iranian egyptian nigerian kenyan uk us usa eu
    phd phds ph.d dphil mphil ba bsc ma msc mba md master master's masters bachelor bachelor's bachelors postdoc
    postdocs professor professors stem cv cvs gpa gre toefl ielts pi pis ta tas ra ras hr it ai ml nlp dna rna python
    latex adhd ptsd ocd lgbt lgbtq lgbtq+
"""
NO_NAMES = frozenset(_NO_NAMES.split())
"""Written with a capital, or all in capitals, and still nobody's name (folded). Whole countries are no exact place."""

_INSTITUTIONS = """
    harvard stanford oxford cambridge yale princeton caltech berkeley cornell epfl cern cnrs inria csic helmholtz
    fraunhofer leibniz tsinghua peking unam sorbonne heidelberg göttingen tübingen uppsala mcgill monash google
    deepmind openai anthropic nvidia microsoft
"""
INSTITUTIONS = _INSTITUTIONS.split()
"""Known by one word, whatever its capitals. Far from complete: the capitals of other words tell the rest."""

PLACES_OF_WORK = (
    "universit(?:y|ies|ät|äten|é|és|eit|et|etet|etas|a|à|at|ate|ario)|universidade?s?|univ|uniwersytet|univerzita|"
    "institut(?:e|es|o|os|et)?|college|hochschule|academy|académie|laborator(?:y|ies)|hospital|klinikum|"
    "polytechni(?:c|que)|politecnico|foundation"
)
"""What universities and the like call themselves, as a pattern."""

PLATFORMS = (
    "instagram|insta|telegram|whats ?app|linked ?in|twitter|mastodon|blue ?sky|bsky|facebook|tik ?tok|snap ?chat|"
    "we ?chat|weixin|skype|research ?gate|google scholar|git ?hub|git ?lab|reddit|youtube|twitch|discord|viber|threema|"
    "kakao ?talk|vkontakte"
)
"""Where people have names, as a pattern."""
MESSENGERS = "instagram|insta|telegram|whats ?app|snap ?chat|we ?chat|weixin|skype|viber|threema|vkontakte|linked ?in"
"""Those that lead out of here."""
MAILS = "gmail|googlemail|hotmail|protonmail|proton mail|yahoo mail|icloud mail|gmx"

_DOMAINS = """
    com net org edu gov mil int info biz app dev xyz online site page link blog science academy university college
    school email chat social cloud tech wiki live space club store shop pro name
"""
DOMAINS = frozenset(_DOMAINS.split())
"""Ends of addresses with more than two letters; those with two are all taken for one."""

_GERMAN = """
    ich und nicht auch eine einen einem einer jemand jemanden jemandem für wir mir mich mit wie oder aber noch nach
    seit wenn weil kein keine keinen über auf der das den dem des sich habe hatte bin ist ein zu vom im wer bei
"""
GERMAN = frozenset(_GERMAN.split())
"""Small words of the one large language that writes every noun with a capital."""
