"""The measure of reading, measured: syllables counted by ear, a text counted by hand, spellings that must be caught."""

from __future__ import annotations

import pytest

from tests.book.reading import age, american, grade, sentences, syllables

#: Said aloud and counted on the fingers, word by word.
BY_EAR = {
    1: (
        "the cat cats house child care cared walked helped changed change case place health one three we are "
        "there whole school schools judged made rate rates"
    ),
    2: (
        "houses table tables people little council councils children wanted needed changes cases places service "
        "programme worker social early police published figure figures number answer promise review reviewed "
        "neighbour neighbours abuse mental England Wirral before because trouble troubles confirmed tested data "
        "public only graded higher outside"
    ),
    3: (
        "services family families evidence promises referral assessment poverty improvement committee inspectors "
        "somebody consistent together"
    ),
    4: ("contradicted relationship"),
}


@pytest.mark.parametrize(
    ("word", "count"), [(word, count) for count, words in BY_EAR.items() for word in words.split()]
)
def test_a_word_has_as_many_syllables_as_one_hears(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_short_text_has_the_grade_worked_out_by_hand() -> None:
    # Two sentences of 6 and 5 words. The cat sat on the mat: 6 syllables. A hap-py cat likes peo-ple: 7.
    text = "The cat sat on the mat. A happy cat likes people."
    assert grade(text) == pytest.approx(0.39 * 11 / 2 + 11.8 * 13 / 11 - 15.59)
    assert age(text) == pytest.approx(grade(text) + 5)


def test_a_harder_text_has_a_higher_age() -> None:
    easy = "We do not know how many families got help. The council can find out."
    hard = (
        "Considerable uncertainty surrounds the quantification of participating families, notwithstanding the "
        "council's administrative capacity to ascertain comprehensive participation statistics retrospectively."
    )
    assert age(easy) < 9 < 18 < age(hard)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("It fell from 117.5 to 103.4 in a year. Then it rose.", 2),
        ("A line\nthat wraps.\n\nA new paragraph", 2),
        ("Is it so? “It is.” 12 said no.", 3),
        ("", 0),
        ("12.5 13.0", 0),
    ],
)
def test_sentences_end_where_they_end(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    "text",
    ["The council's program ran.", "colors", "They organized it.", "a license", "neighborhood", "analyzing", "gray"],
)
def test_an_american_spelling_is_caught(text: str) -> None:
    assert american(text)


@pytest.mark.parametrize(
    "text",
    [
        "programme",
        "a computer program",
        "licensed under",
        "the size",
        "prize",
        "seized",
        "moment",
        "towards",
        "centred",
    ],
)
def test_a_british_spelling_may_stand(text: str) -> None:
    assert american(text) == []
