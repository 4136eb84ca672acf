"""The sentence on a card leads to nobody, and honest sentences pass."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.texts import placeholders_of
from bot.safety.cards import LEAST_LETTERS, SENTENCE_LENGTH, doubts_in_sentence, faults_in_sentence

SNEAKY = {
    "card.email": [
        "Write to noor@example.org if you like.",
        "write to noor @ example.org if you like",
        "Mail me: noor＠example.org, any time.",
        "noor@\u200bexample\u200b.org is how you reach me",
        "noor (at) example (dot) org is how you reach me",
        "noor[at]example.org is how you reach me",
        "You reach me at noor at example dot org, always.",
        "noor punkt zett at example punkt de, schreib mir",
        "I am on gmail under my first name.",
        "My address is 𝐧𝐨𝐨𝐫@𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐨𝐫𝐠 as you see.",
    ],
    "card.link": [
        "Everything is on https://example.org/noor for you.",
        "Everything is on www.example.org for you.",
        "Look at noor.example.org for my story.",
        "Look at noorexample.com for my story.",
        "look at NOOREXAMPLE.COM for my story",
        "join me at discord.gg/abcdef to talk",
        "t.me/noor is where I answer",
        "noorexample . com tells my story",
        "noorexample dot com tells my story",
        "noorexample[.]com tells my story",
        "[my page](https://example.org) tells my story",
        "hxxp://example tells my story",
        "my page is bücher。de, have a look",
        "noorexample․com tells my story",
        "it is on ftp://example for everybody",
    ],
    "card.mention": [
        "Ask <@123456789012345678> about me, please.",
        "Come to <#123456789012345678> and say hello.",
        "Hello @everyone, I am looking for a friend.",
        "I like <:lantern:123456789012345678> as a sign.",
        "See you <t:1700000000:R> in the channel.",
    ],
    "card.handle": [
        "I am @noor on most places, say hello.",
        "I am noor#1234, send me a request.",
        "Look for #noorstory to read it all.",
        "insta: noorwrites if you like to see me",
        "find me on telegram, I answer there",
        "my discord is noorwrites, add me there",
        "add me on signal: noor, I answer there",
        "I go by noor_writes everywhere, look me up",
        "I go by noor92 everywhere, look me up",
        "I post as u/noorwrites, read it there",
        "my linkedin is open to everybody here",
        "on whats app I answer any time",
    ],
    "card.orcid": [
        "My ORCID tells you everything about me.",
        "I am 0000-0002-1825-0097 among researchers.",
        "I am 0000 0002 1825 009X among researchers.",
    ],
    "card.year": [
        "I finished in 2019 and nobody wrote back.",
        "I finished in ２０１９ and nobody wrote back.",
        "I finished in ²⁰¹⁹ and nobody wrote back.",
        "I finished in ٢٠١٩ and nobody wrote back.",
        "I finished in 2️⃣0️⃣1️⃣9️⃣ and nobody wrote back.",
        "I finished in ②⓪①⑨ and nobody wrote back.",
        "I finished in 2O19 and nobody wrote back.",
        "I finished in twenty nineteen and nobody wrote back.",
        "I finished in nineteen ninety-nine and nobody wrote back.",
        "I finished in two thousand nineteen and nobody wrote back.",
        "I was in the class of '19, and nobody wrote back.",
    ],
    "card.number": [
        "I sent 137 applications and got no answer.",
        "I sent 1 3 7 applications and got no answer.",
        "I finished in 2 0 1 9 and nobody wrote back.",
        "I finished in 2-0-1-9 and nobody wrote back.",
        "I finished in 20 19 and nobody wrote back.",
        "I finished in 20-19 and nobody wrote back.",
        "Call me: 0151 23 45 67 89, any time.",
        "Call me: +49 (151) 23-45-67, any time.",
        "Call me: zero one five one two three, any time.",
        "It was on 12/05 that they told me no.",
        "They took ten thousand, exactly 10,000, from me.",
    ],
    "card.spelled": [
        "You find n o o r everywhere, look me up.",
        "You find n.o.o.r.a everywhere, look me up.",
        "it is n-o-o-r-a that I write under",
    ],
    "card.name": [
        "My supervisor Prof. Smith stopped writing to me.",
        "My supervisor Dr Smith stopped writing to me.",
        "Ich habe auf Frau Müller gewartet und nichts gehört.",
        "My name is noor and I was left waiting.",
        "Je m'appelle noor et j'attends encore.",
        "you can call me noor, I was left waiting",
    ],
    "card.institution": [
        "The University of Kent promised me a place.",
        "the university of kent promised me a place",
        "the university of amsterdam promised me a place",
        "the university of michigan promised me a place",
        "I lived in St. Gallen until the money was gone.",
        "I was rejected by harvard after three rounds.",
        "I was left waiting at Max Planck for long.",
        "Ich war an der Humboldt-Universität und wurde nie gefragt.",
        "Die Humboldtuniversität hat mir nie geantwortet, und ich warte.",
        "L'université de Lyon ne m'a jamais répondu.",
        "la universidad de salamanca nunca me contestó",
        "I worked at google before I came back.",
        "Stanford said no, and so did all the others.",
    ],
    "card.capital": [
        "I was at MIT and nobody asked how I am.",
        "Ich war an der ETH und niemand hat mich gefragt.",
        "I was at ＭＩＴ and nobody asked how I am.",
        "I live in Bern and know nobody who does research.",
        "I know the silence of large labs, e.g. Bern and others.",
        "I worked with Anna until she stopped answering.",
        "They at OpenLab took their offer back.",
        "Я работал с Анной и остался без ответа.",
        "I was at Kent State until the money was gone.",
        "Somebody from McKinnon's group took my idea.",
        "Ich war bei der Technischen Universität München und allein.",
    ],
    "card.capitals": [
        "Looking For Somebody Who Was Ghosted Too",
        "I WAS GHOSTED AND I WANT TO TALK ABOUT IT",
    ],
    "card.markup": [
        "I was **really** let down by them.",
        "I was ||let down|| by them, and you?",
        "> I was let down by them, and you?",
        "`let down` is how I would call it",
    ],
    "card.short": ["Hi", "...", "🙂🙂🙂", "ok ok"[:2]],
    "card.long": ["so long " * 26],
}

HONEST = [
    "I would like to talk with somebody who was left waiting too.",
    "I have stopped counting the rejections, and I still read papers at night.",
    "I came back to reading after years of other work, and know nobody who did.",
    "I would like somebody who does not tell me to be positive.",
    "Somebody promised me a place and took it back, and I am still angry.",
    "It took me three rounds, and I kept every e-mail I never got an answer to.",
    "I started late, with nothing published, and would do it again.",
    "I'm a PhD student whose supervisor stopped writing.",
    "I’m a PhD student whose supervisor stopped writing.",
    "Two years of silence. Then a form letter. I would like to laugh about it with somebody.",
    "Looking for a patient listener.",
    "I waited 10-12 months for an answer that never came.",
    "I applied 40 times in 2 years.",
    "After 18:30 I am free, and most weekends too.",
    "I can write 24/7, and it helps me.",
    "It felt like 50/50 and it was not.",
    "Is it only me? I was praised, and then nobody answered!",
    "Let us read papers together… slowly, without a plan.",
    "My stage: between a job and a dream.",
    '"We will be in touch" were the last words I read.',
    "I work in IT by day and do maths by night.",
    "I do ML, mostly alone, and miss talking about it.",
    "English is my third language, and I talk slowly.",
    "I speak German and some Polish.",
    "I would like to practise for interviews, on Mondays or so.",
    "I left my Master's after a year, and I am not sorry.",
    "My PI moved on without me.",
    "No letters, no papers, no contacts; still here.",
    "I can listen well & I don't judge.",
    "I am a parent, I have little time, and I want back in.",
    "The university took my desk before it told me.",
    "My college closed my programme in my last year.",
    "I was the first in my family at a university.",
    "At an institute of my choice, everything was fine until the money was gone.",
    "A large lab promised me a job and took it back.",
    "I never heard back from the hospital I interned at.",
    "I am at a loss, and it helps to hear that others were too.",
    "I look at the dot on the map where I wanted to be.",
    "Let's meet in the comments of life, i.e. here.",
    "I need ideas, e.g. on how to ask for letters again.",
    "I am a 1st-generation student and read everything twice.",
    "It was my 3rd try, and my last one for now.",
    "I have a good level in French and want to use it.",
    "I left twitter and academia in the same week.",
    "I write code on github all day and miss people.",
    "I love R and statistics, and have nobody to show them to.",
    "I am somewhere in Europe, awake when others sleep.",
    "I lost a year to visas. You?",
    "Somebody said: you are overqualified. I said nothing.",
    "I'd rather write than call.",
    "I have ADHD and a half-written thesis.",
    "Rejected, again; and I do not want to hear that everything happens for a reason.",
    "One or two hours a week is what I have.",
    "I would call it grief, and nobody around me does.",
    "My advisor - kind as they were - forgot me.",
    "I read about memory, in mice and in people. 🐭",
    "👩‍🔬 I want to be one of them again.",
    "(I am shy, so please be patient.)",
    "I think in pictures; my papers came back in red.",
    "What helps me is doing things together, step by step.",
    "The bottom line: I was told to wait, and I am waiting.",
    "A signal: you are not the only one.",
    "A rejection is a dot in the sky, they say. I disagree.",
    "My #1 wish is to be asked how I am.",
    "I have an M.Sc. and a B.A., and no idea what comes next.",
    "I wrote two thousand words and deleted them again.",
    "My pre-university years were easier than this.",
    "I went to a university of applied sciences and am looked down on.",
    "Ich weiß, was leiden heißt, und rede trotzdem gern.",
    "I have a Ph.D. Nobody asks what it did to me.",
    "Between 9 and 5 I pretend to be fine.",
    "My advisor took 3-4 months per e-mail.",
    "Ich suche jemanden, der auch lange auf eine Antwort gewartet hat.",
    "Ich habe die Promotion abgebrochen und bin nicht traurig darüber.",
    "Seit Jahren arbeite ich in der Industrie und möchte zurück in die Forschung.",
    "Je cherche quelqu'un qui a connu le même silence que moi.",
    "J'ai arrêté ma thèse, et je n'ai personne à qui le dire.",
    "Busco a alguien que también se quedó sin respuesta.",
    "Dejé el doctorado y todavía leo artículos por la noche.",
    "Procuro alguém que também ficou à espera de uma resposta.",
    "Cerco qualcuno che sia stato respinto più volte e continui.",
    "Ik zoek iemand die ook lang op antwoord heeft gewacht.",
    "Szukam kogoś, kto też długo czekał na odpowiedź.",
    "Ищу того, кто тоже долго ждал ответа.",
    "Ψάχνω κάποιον που περίμενε κι αυτός απάντηση.",
    "Ben de uzun süre cevap bekledim, konuşmak isterim.",
    "我想和有同样经历的人聊聊。",
    "同じ経験をした人と話したいです。",
    "비슷한 일을 겪은 사람과 이야기하고 싶어요.",
    "أبحث عن شخص انتظر الجواب طويلا مثلي.",
    "मैं किसी ऐसे व्यक्ति से बात करना चाहता हूँ जिसने यही झेला हो।",
    "אני מחפש מישהו שגם חיכה לתשובה.",
    "Tôi muốn nói chuyện với người cũng từng chờ đợi.",
]


def keys_of(sentence):
    return [fault.text_key for fault in faults_in_sentence(sentence)]


@pytest.mark.parametrize(
    ("text_key", "sentence"), [(key, sentence) for key, sentences in SNEAKY.items() for sentence in sentences]
)
def test_what_leads_to_a_person_is_found(text_key, sentence):
    """Statement 14: no card holds an e-mail, a link, a handle, a phone number, an ORCID, a year or a long number."""
    assert text_key in keys_of(sentence)


@pytest.mark.parametrize("sentence", HONEST)
def test_an_honest_sentence_passes(sentence):
    assert [] == faults_in_sentence(sentence)


def test_there_are_enough_examples_of_both():
    assert 60 <= sum(map(len, SNEAKY.values()))
    assert 60 <= len(HONEST)


def test_an_empty_sentence_has_no_fault():
    assert [] == faults_in_sentence("") == faults_in_sentence(" \u200b\n")


def test_every_fault_quotes_the_words_it_is_about():
    (fault,) = faults_in_sentence("I finished in 2019 and nobody wrote back.")

    assert {"text": "2019"} == fault.values


def test_each_thing_that_is_wrong_is_told_once():
    sentence = "I am noor@example.org, was at MIT in 2019, and https://example.org/noor is my page."

    assert ["card.email", "card.link", "card.year", "card.capital"] == keys_of(sentence)


def test_a_name_of_several_words_is_one_fault():
    faults = faults_in_sentence("I was left waiting at Kent State Chemistry, and you?")

    assert ["Kent State Chemistry"] == [fault.values["text"] for fault in faults]


def test_every_fault_and_doubt_has_a_sentence_with_what_it_names(texts):
    found = [fault for group in SNEAKY.values() for one in group for fault in faults_in_sentence(one)]
    found += [doubt for one in HONEST for doubt in doubts_in_sentence(one)]

    assert SNEAKY.keys() | {"card.reread_capitals", "card.reread_script"} == {fault.text_key for fault in found}
    for fault in found:
        assert placeholders_of(texts.sentences[fault.text_key]) == fault.values.keys()


@pytest.mark.parametrize("sentence", ["我想和有同样经历的人聊聊。", "أبحث عن شخص انتظر الجواب طويلا مثلي."])
def test_where_no_capitals_tell_names_the_author_is_asked_to_read_again(sentence):
    assert ["card.reread_script"] == [doubt.text_key for doubt in doubts_in_sentence(sentence)]


def test_german_nouns_are_left_to_their_author():
    (doubt,) = doubts_in_sentence("Ich habe auf eine Antwort aus Bern gewartet.")

    assert {"text": "Antwort, Bern"} == doubt.values


def test_an_english_sentence_is_in_no_doubt():
    assert [] == doubts_in_sentence(HONEST[0])


HIDDEN = st.sampled_from("\u200b\u200c\u2060\ufeff\u00ad\u202e")
FLAGRANT = [sentence for key, group in SNEAKY.items() if key != "card.long" for sentence in group]


@given(st.sampled_from(FLAGRANT), st.lists(st.tuples(st.integers(0, 60), HIDDEN), max_size=6))
def test_invisible_characters_hide_nothing(sentence, hidden):
    written = sentence
    for position, character in hidden:
        written = written[:position] + character + written[position:]

    assert keys_of(sentence) == keys_of(written)


LEADS = st.one_of(
    st.emails().filter(str.isascii),
    st.from_regex(r"https?://[a-z]{2,12}\.(org|com|de)/[a-z]{1,8}", fullmatch=True),
    st.from_regex(r"@[a-z]{2,12}", fullmatch=True),
    st.integers(100, 10**12).map(str),
    st.integers(1900, 2099).map(lambda year: " ".join(str(year))),
    st.integers(1000, 9999).map(lambda number: "".join(chr(0x0966 + int(digit)) for digit in str(number))),
    st.from_regex(r"[A-Z]{3,6}", fullmatch=True).filter(lambda word: len(word) > 5),
    st.integers(10**17, 10**19).map(lambda user: f"<@{user}>"),
)


@given(st.sampled_from(HONEST[:60]), LEADS, st.integers(0, 5))
def test_what_leads_to_a_person_is_found_wherever_it_stands(sentence, lead, position):
    words = sentence.split()
    words.insert(min(position, len(words) - 1), lead)

    assert [] != faults_in_sentence(" ".join(words))


@given(st.text(st.sampled_from(string.printable + "éßД中٣²＠．｡①🙂\u200b"), max_size=220))
def test_whatever_passes_holds_no_at_sign_no_scheme_and_no_three_digits(sentence):
    if faults_in_sentence(sentence):
        return
    shown = "".join(character for character in sentence if character.isprintable())

    assert "@" not in shown
    assert "://" not in shown
    assert not any(all(map(str.isdigit, shown[start : start + 3])) for start in range(len(shown) - 2))
    assert len(shown) <= SENTENCE_LENGTH + sentence.count("\u200b")
    assert not shown.strip() or LEAST_LETTERS <= sum(map(str.isalpha, shown))
