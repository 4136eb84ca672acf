"""Words of crisis are found however they are typed, and the idioms of research life stay silent."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.crisis import BUT_NOT, CrisisPhrases
from bot.settings import Settings

LINES = yaml.safe_load((Path(Settings(_env_file=None).data) / "crisis.yaml").read_text(encoding="utf-8"))
PHRASES = [line for line in LINES if not line.startswith(BUT_NOT)]
IDIOMS = [line.removeprefix(BUT_NOT) for line in LINES if line.startswith(BUT_NOT)]
ZERO_WIDTH = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f"]
CONTRACTIONS = {"dont": "don{}t", "im": "i{}m", "cant": "can{}t"}
BLANKS = ["  ", "\n", "\t", "\u00a0", "\u3000", " - ", ", ", "... ", "_"]
APOSTROPHES = ["'", "’", "‘", "ʼ", "′", "´", "`", "＇"]

TRAPS = [
    # deadlines, reviews and machines that kill
    "this deadline is killing me",
    "the commute is killing me",
    "Reviewer 2 murdered us",
    "reviewer 2 killed my paper, what can I do?",
    "my paper died",
    "my grant is dead",
    "my laptop died the night before submission",
    "my model died at epoch 3",
    "the project was killed by the new head of department",
    "kill -9",
    "how do I kill the process that holds the GPU?",
    "kill all jobs on the cluster",
    "publish or perish",
    "I'd kill for a postdoc",
    "I would kill for a permanent position",
    "kill me lol, the rebuttal is due tonight",
    "I'm dead 😂",
    "I'm dying to hear back from the committee",
    "dying of curiosity about the decision",
    "the dead line is tomorrow",
    "my thesis will be the death of me",
    "beating a dead horse in the discussion section",
    "the reviewers want more blood",
    "they shot down my proposal",
    "my talk bombed",
    "I bombed the interview",
    "the job market is a bloodbath",
    "career suicide?",
    "is leaving a tenure track position academic suicide?",
    "rejection hurts so much lol",
    "the comments cut deep",
    "should I cut my losses and leave?",
    "how do I cut my paper to eight pages?",
    "they cut my funding",
    "does it hurt my chances?",
    "will a gap hurt my application?",
    "would I harm my career by saying no?",
    "how do I cut myself some slack after a rejection?",
    "I cut myself off from everybody in the lab",
    "cutting myself off from social media for the thesis",
    # words that only look alike
    "I am not skilled enough",
    "which skills do I need?",
    "a skilled worker visa",
    "should I see a therapist?",
    "the rapist is not a word in therapist",
    "I ran 5 kms to clear my head",
    "the lab is 12 kms away",
    "is it worth 300 kms of commuting?",
    "the other institute is just kms away",
    "how do I use KMS encryption keys?",
    "painkillers help my back",
    "an overkill of baselines",
    "the diet of a PhD student",
    # ends that are not the end of a life
    "I want to end my PhD",
    "how do I end my contract?",
    "I want to end my collaboration",
    "I want to quit",
    "I don't want to live abroad, is a PhD at home worse?",
    "I do not want to live in another country without my family",
    "I don't want to live far from my partner for a postdoc",
    "there is no reason to live close to campus",
    "I don't want to live on a stipend at 35",
    "we don't want to live apart from each other for five years",
    "I am done with academia",
    "I don't want to be in academia any more",
    "I don't want to be a professor",
    "I don't want to do this any more",
    "I don't want to write another rebuttal",
    "no reason to stay in the lab",
    "nothing left to publish",
    "is there life after a PhD?",
    "my career is over",
    "I wish I had never started this PhD",
    "better off without a supervisor?",
    "would I be better off in industry?",
    "I hate myself for choosing this topic",
    "I blame myself for the retraction",
    "I introduced myself to the group",
    "how do I fund myself?",
    "I was bored to death at the conference",
    "scared to death of the viva",
    "I worked myself to the bone",
    "I feel dead inside after the rejection",
    # quoting treatment, studies and other people
    "suicidal ideation treatment was denied by my insurance",
    "I study suicide prevention, who funds that?",
    "my thesis is about suicidality in adolescents",
    "where can I publish on self-harm among students?",
    "the survey has items on suicidal thoughts",
    "cell suicide is another word for apoptosis",
    "my supervisor died",
    "a colleague killed himself last year",
    "my labmate died by suicide and I cannot work",
    "how do I write to a friend who lost somebody?",
]

MIXED = [
    "this deadline is killing me and I don't want to be here any more",
    "Reviewer 2 murdered us, lol. But honestly I want to die.",
    "publish or perish... I just want to end it all",
    "my paper died, my grant died, and I keep thinking about suicide",
    "kill -9 me, no really: I am going to kill myself",
    "I study suicide prevention and I am suicidal",
    "5 kms to the lab, and every day I want to kms",
    "How do I ask for a letter? I have been cutting myself since the rejection.",
    "is it normal that after the third rejection I wish I was dead",
    "I should cut myself some slack, but I keep cutting myself instead",
    "I don't want to live abroad. I don't want to live at all.",
    "I don't want to live in this world any more",
]


@pytest.fixture(scope="module")
def crisis(content):
    return content.crisis


@pytest.mark.parametrize("phrase", PHRASES)
class TestEveryPhrase:
    def test_as_it_is_written(self, crisis, phrase):
        assert crisis.found_in(phrase)

    def test_inside_a_sentence_with_punctuation(self, crisis, phrase):
        assert crisis.found_in(f"After the rejection, honestly… {phrase}!! What now?")

    def test_in_capitals(self, crisis, phrase):
        assert crisis.found_in(phrase.upper())
        assert crisis.found_in(phrase.title())

    def test_with_any_apostrophe(self, crisis, phrase):
        typed = " ".join(CONTRACTIONS.get(word, word) for word in phrase.split())

        assert [mark for mark in APOSTROPHES if not crisis.found_in(typed.format(mark, mark))] == []

    def test_with_unseen_characters_between_all_letters(self, crisis, phrase):
        assert [unseen for unseen in ZERO_WIDTH if not crisis.found_in(unseen.join(phrase))] == []

    def test_with_a_stretched_last_letter(self, crisis, phrase):
        assert crisis.found_in(phrase + phrase[-1] * 5)

    def test_with_every_letter_doubled(self, crisis, phrase):
        assert crisis.found_in("".join(letter * 2 for letter in phrase))

    def test_with_any_blank_between_words(self, crisis, phrase):
        assert [blank for blank in BLANKS if not crisis.found_in(phrase.replace(" ", blank))] == []

    def test_in_full_width_letters(self, crisis, phrase):
        wide = {ord(letter): ord(letter) + 0xFEE0 for letter in "abcdefghijklmnopqrstuvwxyz"}

        assert crisis.found_in(phrase.translate(wide))

    def test_not_as_a_part_of_longer_words(self, crisis, phrase):
        assert not crisis.found_in(f"x{phrase}")
        assert not crisis.found_in(f"{phrase}x")


@pytest.mark.parametrize("idiom", IDIOMS)
def test_an_idiom_is_silent_and_would_not_be_without_its_line(crisis, idiom):
    sentence = f"I don't want to {idiom}" if idiom.startswith("live") else f"It is just {idiom}"

    assert not crisis.found_in(sentence)
    assert CrisisPhrases.of(PHRASES).found_in(sentence)


@given(st.sampled_from(IDIOMS), st.sampled_from(PHRASES), st.sampled_from(["{0} {1}", "{1} {0}", "{0} {1} {0}"]))
def test_an_idiom_never_hides_a_phrase_beside_it(content, idiom, phrase, order):
    assert content.crisis.found_in(order.format(f"really {idiom}", f"now {phrase} because"))


def test_what_stands_around_an_idiom_does_not_become_a_phrase(crisis):
    assert not crisis.found_in("we just live abroad, kms from home")


def test_a_phrase_right_after_an_idiom_is_found(crisis):
    assert crisis.found_in("live abroad kill myself")


@given(st.sampled_from(PHRASES), st.text(), st.text())
def test_whatever_stands_around_a_phrase_does_not_hide_it(content, phrase, before, after):
    assert content.crisis.found_in(f"{before} {phrase} {after}")


@pytest.mark.parametrize("text", MIXED)
def test_an_idiom_does_not_hide_what_is_meant(crisis, text):
    assert crisis.found_in(text)


@pytest.mark.parametrize("text", TRAPS)
def test_research_life_stays_silent(crisis, text):
    assert not crisis.found_in(text)


def test_no_question_of_the_shipped_off_topic_bank_fires(content):
    assert [text for text in content.pack.off_topic if content.crisis.found_in(text)] == []


def test_no_phrases_find_nothing():
    """An operator's empty list is silent, rather than firing at every text."""
    assert not CrisisPhrases.of([]).found_in("I want to die")
