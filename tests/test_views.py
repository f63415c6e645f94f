"""Headers of the SQL files against reality, on the sample data: columns, grain, asserts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from pandas.testing import assert_frame_equal

from okr_data import views
from okr_data.errors import ViewDefinitionError
from okr_data.store import Store

VIEWS = views.load_views()
CONTRACT = {
    "key_result_progress": "cycle key_result_id objective_id title level department team owner "
    "start_value target_value current_value unit weight progress progress_raw reported_progress "
    "expected_progress pace_status status status_raw confidence last_check_in",
    "objective_progress": "cycle objective_id title level department team owner goal_type "
    "key_results measured kr_progress rollup_progress progress reported_progress "
    "expected_progress pace_status status alignment_state last_check_in",
    "level_progress": "cycle level objectives key_results measured progress expected_progress "
    "on_track at_risk off_track",
    "department_progress": "cycle department level objectives key_results measured progress "
    "expected_progress on_track at_risk off_track",
    "alignment_by_level": "cycle level objectives contributing supporting detached unresolved "
    "unaligned linked_ratio line_of_sight_ratio contributing_ratio",
    "alignment_by_department": "cycle department objectives contributing supporting detached "
    "unresolved unaligned linked_ratio line_of_sight_ratio contributing_ratio "
    "cross_department_ratio",
    "contribution": "cycle ancestor_id objective_id department share contributed_progress",
    "line_of_sight": "cycle objective_id ancestor_id distance",
    "progress_trend": "cycle week level department progress expected_progress measured total",
    "objective_trend": "objective_id week progress expected_progress",
    "reconciliation": "cycle item_id item_kind objective_id title department team "
    "reported_progress computed_progress difference reason plain_mean rollup_progress "
    "progress_raw import_id file row",
    "import_issue": "import_id severity code row column value message",
}


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.name)
def test_documented_columns_are_the_real_ones(view: views.View, sample_store: Store) -> None:
    with sample_store.reader() as reader:
        real = list(reader.frame(f"select * from {view.answer} limit 0").columns)
    assert [column.name for column in view.columns] == real
    assert all(column.meaning for column in view.columns)
    assert view.purpose


@pytest.mark.parametrize("view", [v for v in VIEWS if v.grain], ids=lambda v: v.name)
def test_grain_is_unique(view: views.View, sample_store: Store) -> None:
    keys = ", ".join(f'"{key}"' for key in view.grain)
    with sample_store.reader() as reader:
        twice = reader.rows(f"select {keys} from {view.answer} group by all having count(*) > 1")
    assert twice == []


@pytest.mark.parametrize(
    ("view", "condition"),
    [(view, condition) for view in VIEWS for condition in view.asserts],
    ids=lambda x: x.name if isinstance(x, views.View) else x,
)
def test_asserts_hold(view: views.View, condition: str, sample_store: Store) -> None:
    with sample_store.reader() as reader:
        ((broken,),) = reader.rows(f"select count(*) from {view.answer} where not ({condition})")
    assert broken == 0


@pytest.mark.parametrize("view", views.public_views(), ids=lambda v: v.name)
def test_long_frames_are_the_same_frames(view: views.View, sample_store: Store) -> None:
    with sample_store.reader() as reader:
        for rows in ("", "limit 1", "limit 0"):
            asked = f"select * from {view.name} order by all {rows}"
            assert_frame_equal(reader.long_frame(asked), reader.frame(asked))


def test_long_frames_know_every_type_and_what_is_null_of_it(sample_store: Store) -> None:
    asked = """
        select i as whole, case when i = 1 then i end as some, null::bigint as none,
            i::integer as small, case when i = 1 then i::integer end as some_small,
            i = 1 as truth, case when i = 1 then true end as some_truth,
            'text' as text, case when i = 1 then 'text' end as some_text, null::varchar as no_text,
            date '2026-11-20' as day, case when i = 1 then date '2026-11-20' end as some_day,
            timestamp '2026-11-20 08:00:00' as time, i / 3 as fraction, null::double as no_fraction
        from range(1, 3) t(i) where i >= $least
    """
    with sample_store.reader() as reader:
        for least in (1, 2, 3):
            values = {"least": least}
            assert_frame_equal(reader.long_frame(asked, values), reader.frame(asked, values))


@pytest.mark.parametrize("name", CONTRACT)
def test_contract_views_have_their_columns(name: str, sample_store: Store) -> None:
    with duckdb.connect(str(sample_store.pointer), read_only=True) as client:
        columns = [row[0] for row in client.execute(f"describe {name}").fetchall()]
    assert set(CONTRACT[name].split()) <= set(columns)


def test_headers_are_comments_that_any_client_sees(sample_store: Store) -> None:
    with duckdb.connect(str(sample_store.pointer), read_only=True) as client:
        ((comment,),) = client.execute(
            "select comment from duckdb_views() where view_name = 'level_progress'"
        ).fetchall()
    assert comment.startswith("Progress and pace of each level")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a": "select * from model.b", "b": "select * from model.a"}, "in a circle"),
        ({"a": "select * from model.nowhere"}, "no file defines"),
        ({"a": "selec 1"}, "syntax error"),
    ],
)
def test_wrong_files_are_named(files: dict[str, str], message: str, tmp_path: Path) -> None:
    (tmp_path / "staging").mkdir()
    for name, select in files.items():
        (tmp_path / "staging" / f"{name}.sql").write_text(f"-- Purpose.\n{select}\n")
    with pytest.raises(ViewDefinitionError, match=message):
        views.load_views(tmp_path)


def test_order_follows_references_not_names() -> None:
    order = [view.name for view in VIEWS]
    schemas = {view.name: view.schema for view in VIEWS}
    for view in VIEWS:
        for reference in view.references:
            schema, name = reference.split(".")
            if schema in (schemas.get(name), "stored"):
                assert order.index(name) < order.index(view.name)
