import itertools

import pandas as pd
import pytest

from geo.classification.truth_table import verdicts
from geo.vocabulary import Class

ANSWERS = (True, False, None)


def verdict(concentrated, collaborating, ecosystem, partners):
    columns = [
        pd.Series([answer], dtype="boolean")
        for answer in (concentrated, collaborating, ecosystem, partners)
    ]
    row = verdicts(*columns).iloc[0]
    return row["class"], row["basis"]


# The table of the method, row by row: A, B, C, chain partners -> class, basis.
METHOD = [
    (False, False, None, None, Class.DISPERSED, "ties"),
    (False, None, None, True, Class.DISPERSED, "none"),
    (False, True, True, None, Class.NETWORKED, "ties"),
    (True, False, True, True, Class.AGGLOMERATION, "ties"),
    (True, None, True, True, Class.POTENTIAL_CLUSTER, "input_output"),
    (True, None, True, False, Class.AGGLOMERATION, "input_output"),
    (True, None, True, None, Class.UNDETERMINED, "none"),
    (True, True, False, None, Class.EMERGING_CLUSTER, "ties"),
    (True, True, None, None, Class.EMERGING_CLUSTER, "ties"),
    (True, True, True, None, Class.CLUSTER, "ties"),
    (None, True, True, True, Class.UNDETERMINED, "ties"),
    (None, None, None, None, Class.UNDETERMINED, "none"),
]


@pytest.mark.parametrize(("a", "b", "c", "partners", "name", "basis"), METHOD)
def test_class_is_the_one_of_the_methods_table(a, b, c, partners, name, basis):
    assert verdict(a, b, c, partners) == (name, basis)


def test_every_combination_of_answers_has_a_class():
    for combination in itertools.product(ANSWERS, repeat=4):
        assert verdict(*combination)[0] in set(Class)


def test_what_was_decided_never_turns_into_its_opposite_when_an_answer_is_lost():
    # Losing B may leave a weaker statement (potential, undetermined), never a stronger one.
    stronger = {Class.EMERGING_CLUSTER, Class.CLUSTER, Class.NETWORKED}
    for a, b, c, partners in itertools.product(ANSWERS, repeat=4):
        before = verdict(a, b, c, partners)[0]
        for lost in ((None, b, c, partners), (a, None, c, partners), (a, b, None, partners)):
            after = verdict(*lost)[0]
            if before not in stronger:
                assert after not in stronger


def test_without_any_link_or_input_output_table_nothing_is_called_agglomeration():
    for a, c in itertools.product(ANSWERS, repeat=2):
        assert verdict(a, None, c, None)[0] in {Class.DISPERSED, Class.UNDETERMINED}
