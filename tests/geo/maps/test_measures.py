from geo.maps.measures import MEASURES, QUESTIONS, columns_shown
from geo.maps.notes import VALUES
from geo.schema import RESULT_TABLES
from geo.settings import Thresholds

CELLS = RESULT_TABLES["region_industry_classification"]


def test_no_measure_is_shown_twice():
    columns = [m.column for m in MEASURES]
    assert len(columns) == len(set(columns))


def test_words_of_a_column_are_known_in_all_languages():
    shown = {m.column for m in MEASURES if m.form == "words"} & set(CELLS.names)
    for name in shown - {"class", "region_across"}:
        allowed = CELLS.column(name).allowed or ("yes", "no")
        assert set(allowed) <= set(VALUES[name]), name


def test_floors_are_those_of_the_thresholds():
    floors = {m.floor for m in MEASURES if m.column in CELLS.names} - {None}
    assert floors <= set(Thresholds.model_fields)


def test_each_question_has_its_answer_among_the_measures():
    assert {answer for answer, *_ in QUESTIONS.values()} <= {m.column for m in MEASURES}


def test_a_replaced_measure_is_shown_where_its_successor_is_not():
    assert [m.column for m in columns_shown({"knowledge_ties"})] == ["knowledge_ties"]
