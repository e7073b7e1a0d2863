"""Sentences name the radius or the travel time, wherever they speak of what is local."""

import re

import pytest

from geo.classification.text.flip_wording import LACKS, LOSSES
from geo.classification.text.sentences import says_what_is_local
from geo.classification.text.wording import GROUPS, POTENTIAL
from geo.settings import Nearby
from geo.vocabulary import Language

SENTENCES = [
    s.text
    for group in GROUPS
    if not any(group is potential for potential in POTENTIAL)
    for s in group
]
SENTENCES += [*LACKS.values(), *LOSSES.values()]
LOCAL = {Language.EN: r"(?<!\{)\blocal\b", Language.ZH_HANT: "本地", Language.ZH_HANS: "本地"}
HERE = {
    Language.EN: "within 12.5 km",
    Language.ZH_HANT: "12.5 公里內",
    Language.ZH_HANS: "12.5 公里内",
}


@pytest.mark.parametrize("language", list(Language))
def test_no_sentence_on_ties_says_local_where_a_radius_is_set(language):
    spoke = 0
    for text in SENTENCES:
        before = text.in_language(language)
        after = says_what_is_local(before, Nearby(radius_km=12.5), language=language)
        assert not re.search(LOCAL[language], after, re.IGNORECASE), after
        assert (HERE[language] in after) == bool(re.search(LOCAL[language], before, re.IGNORECASE))
        spoke += HERE[language] in after
        # Nothing else is touched: the numbers to fill in are the same, in the same order.
        assert re.findall(r"\{\w+\}", after) == re.findall(r"\{\w+\}", before)
    assert spoke > 10


@pytest.mark.parametrize("language", list(Language))
def test_where_local_is_the_region_every_sentence_stays(language):
    for text in SENTENCES:
        said = text.in_language(language)
        assert says_what_is_local(said, "region", language=language) == said


@pytest.mark.parametrize(
    ("local", "said"),
    [
        (Nearby(minutes=60), "within 60 minutes"),
        (Nearby(minutes=45, speed_kmh=50), "within 45 minutes"),
        (Nearby(radius_km=40), "within 40 km"),
    ],
)
def test_what_was_set_is_what_is_said(local, said):
    text = "88 % of local ties last a year."
    assert says_what_is_local(text, local, language=Language.EN) == text.replace(
        "local ties", f"ties {said}"
    )
