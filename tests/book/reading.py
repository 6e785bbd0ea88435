"""How hard is a text to read, and is it spelt as British English is? Counted, so that a page can be held to it.

The Flesch–Kincaid grade is the school year of the United States: 0.39 × words a sentence + 11.8 × syllables a word
− 15.59. A reader in that year is about five years older than its number. Kincaid, Fishburne, Rogers and Chissom
(1975), Research Branch Report 8-75, Naval Technical Training Command.
"""

from __future__ import annotations

import re

WORD = re.compile(r"[A-Za-z]+(?:[’'][A-Za-z]+)*")
SENTENCE_END = re.compile(r"(?<=[.?!:])[”’\"]?\s+(?=[“‘\"(]?[A-Z0-9£])")

#: Words whose vowels the rule miscounts, with their syllables counted by ear.
EAR = {
    "families": 3, "family": 3, "worker": 2, "every": 2, "different": 3, "several": 3, "evidence": 3,
    "people": 2, "being": 2, "children's": 2, "science": 2, "quiet": 2, "area": 3, "areas": 3, "real": 2,
    "idea": 3, "create": 2, "created": 3, "react": 2, "neighbours": 2, "neighbour": 2, "cases": 2, "places": 2,
    "services": 3, "offices": 3, "changes": 2, "pages": 2, "causes": 2, "raises": 2, "houses": 2,
    "businesses": 3, "something": 2, "somewhere": 2, "therefore": 2, "someone": 2, "sometimes": 2,
    "homelessness": 3, "safeguarding": 3, "statement": 2, "likely": 2, "lately": 2, "widely": 2, "safely": 2,
    "largely": 2, "rarely": 2, "closely": 2, "movement": 2, "placement": 2, "england": 2, "wirral's": 2,
    "didn't": 2, "doing": 2, "going": 2, "seeing": 2, "fewer": 2, "review": 2, "reviewed": 2, "reviews": 2,
    "poem": 2, "usual": 3, "actual": 3, "equal": 2, "period": 3, "social": 2, "official": 3, "special": 2,
}  # fmt: skip


def syllables(word: str) -> int:
    """How many syllables has this word? Runs of vowels, less a silent ending; a short list of words by ear.

    Silent: a final e, and the e of -es and -ed, save where it is heard (-le after a consonant, -ted, -ded, and -es
    after a hiss); and that of some- and of -ement in statement or improvement. Figures are left out by the caller.
    """
    said = word.lower().replace("’", "'")
    if said in EAR:
        return EAR[said]
    said = said.removesuffix("'s")
    runs = len(re.findall(r"[aeiouy]+", said))
    if re.search(r"[^aeiouy]le$", said):
        silent = 0
    elif (
        re.search(r"[^aeiou]e$", said)
        or re.search(r"[^aeioutd]ed$", said)
        or (re.search(r"[^aeiouy]es$", said) and not re.search(r"(?:[cgsxz]|ch|sh|[^aeiouy]l)es$", said))
    ):
        silent = 1
    else:
        silent = 0
    silent += bool(re.search(r"[vgt]ements?$", said)) + bool(re.match(r"some[a-z]", said))
    return max(1, runs - silent)


def sentences(text: str) -> list[str]:
    """Which sentences does the text have? Each line break that parts paragraphs ends one too."""
    parts = [part for block in re.split(r"\n\s*\n", text) for part in SENTENCE_END.split(" ".join(block.split()))]
    return [part for part in parts if WORD.search(part)]


def grade(text: str) -> float:
    """Which school year of the United States reads this text with ease? By Flesch and Kincaid."""
    told = sentences(text)
    words = [word for one in told for word in WORD.findall(one)]
    return 0.39 * len(words) / len(told) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def age(text: str) -> float:
    """At which age is this text read with ease? Five years more than the grade."""
    return grade(text) + 5.0


#: American spellings, as patterns, each with the British one. A computer has a program here too.
AMERICAN = {
    r"(?:pause|cycle|training|council's|help) programs?": "programme",
    r"center\w*": "centre", r"behavior\w*": "behaviour",
    r"color\w*": "colour", r"labor": "labour", r"neighbor\w*": "neighbour", r"favor\w*": "favour",
    r"honor\w*": "honour", r"organiz\w+": "organis…", r"recogniz\w+": "recognis…", r"summariz\w+": "summaris…",
    r"analyz\w+": "analys…", r"standardiz\w+": "standardis…", r"stabiliz\w+": "stabilis…",
    r"prioritiz\w+": "prioritis…", r"utiliz\w+": "use", r"emphasiz\w+": "emphasis…", r"minimiz\w+": "minimis…",
    r"maximiz\w+": "maximis…", r"randomiz\w+": "randomis…", r"characteriz\w+": "characteris…",
    r"generaliz\w+": "generalis…", r"defense": "defence", r"offense": "offence",
    r"(?:a|the|this|government) license": "licence", r"fulfill\w*": "fulfil", r"enrollment": "enrolment",
    r"modeling": "modelling", r"modeled": "modelled", r"labeled": "labelled", r"labeling": "labelling",
    r"canceled": "cancelled", r"traveled": "travelled", r"counseling": "counselling",
    r"counselor": "counsellor", r"catalog": "catalogue", r"(?-i:gray)": "grey", r"judgment": "judgement",
    r"aging": "ageing", r"pediatric\w*": "paediatric", r"mom": "mum", r"toward": "towards", r"gotten": "got",
    r"afterward": "afterwards",
}  # fmt: skip


def american(text: str) -> list[tuple[str, str]]:
    """Which words are spelt as in the United States? Each with its British spelling."""
    found = []
    for pattern, british in AMERICAN.items():
        found += [(match[0], british) for match in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE)]
    return found
