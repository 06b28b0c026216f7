"""A registered model scores a batch through skops, which makes nothing that is not trusted."""

import pickle
import zipfile

import numpy as np
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from monitoring import batch
from monitoring.batch import scorers
from monitoring.models import ModelError, parse
from monitoring.scoring import Scorer
from monitoring.store import Store
from tests.batch.conftest import TOML, days

SCHEMA = '{"__class__": "open", "__module__": "io", "__loader__": "ObjectNode"}'
HEAD = 'name = "churn"\ntask = "binary"\n'


def fitted(log):
    parts = make_column_transformer(
        ("passthrough", ["age"]), (OneHotEncoder(handle_unknown="ignore"), ["plan"])
    )
    return make_pipeline(parts, LogisticRegression()).fit(log[["age", "plan"]], log["left"])


@pytest.fixture
def home(tmp_path):
    (tmp_path / "models").mkdir()
    return tmp_path


def test_a_file_without_scores_is_scored_and_measured(home, log, written):
    model = fitted(log)
    skops.io.dump(model, home / "models" / "churn.skops")
    rows = days(log, 40, 1)
    with Store.open(home / "lookout.duckdb") as store:
        store.add(f'{TOML}[scoring]\nfile = "churn.skops"\n')
        store.ingest("churn", written(days(log, 0, 33)))
        found = batch.check(store, "churn", written(rows.drop(columns=["score"])))
        lacking = batch.check(store, "churn", written(rows.drop(columns=["score", "plan"])))
    assert any("Scored by champion (churn.skops)" in note for note in found.notes)
    usual = model.predict_proba(rows[["age", "plan"]])[:, 1]
    told = found.part("predictions").frame.set_index("measure")["value"]
    assert told["share_positive"] == pytest.approx(np.mean(usual >= 0.5))
    assert found.part("performance").findings
    assert any("needs the column 'plan'" in note for note in lacking.notes)
    assert lacking.part("predictions") is None


def test_types_that_are_not_trusted_are_refused_unless_they_are_listed(home):
    trees = HistGradientBoostingClassifier(max_iter=1, min_samples_leaf=1)
    skops.io.dump(trees.fit([[1.0], [2.0], [3.0]], [0, 1, 1]), home / "models" / "trees.skops")
    unknown = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
    with pytest.raises(scorers.ScorerError, match=unknown):
        scorers.load(Scorer(file="trees.skops"), home)
    assert scorers.load(Scorer(file="trees.skops", trusted=(unknown,)), home).n_iter_ == 1
    forged = skops.io.dumps(FunctionTransformer(pickle.loads))
    (home / "models" / "forged.skops").write_bytes(forged)
    with pytest.raises(scorers.ScorerError, match=r"not trusted: .*loads"):
        scorers.load(Scorer(file="forged.skops"), home)


def test_a_pickle_in_the_place_of_a_model_is_never_unpickled(home):
    class Trap:
        def __reduce__(self):
            return (open, (str(home / "sprung"), "w"))

    (home / "models" / "trap.skops").write_bytes(pickle.dumps(Trap()))
    with zipfile.ZipFile(home / "models" / "packed.skops", "w") as packed:
        packed.writestr("schema.json", SCHEMA)
        packed.writestr("0.pkl", pickle.dumps(Trap()))
    for name in ("trap.skops", "packed.skops"):
        with pytest.raises(scorers.ScorerError, match=name):
            scorers.load(Scorer(file=name), home)
    assert not (home / "sprung").exists()


def test_no_rows_at_all_and_a_failure_without_words_are_told(log):
    class Silent:
        def predict(self, rows):
            raise AssertionError

    model = parse('name = "m"\ntask = "regression"\n')
    with pytest.raises(scorers.ScorerError, match="refuses the rows: AssertionError"):
        scorers.scores(Silent(), model, log[["age"]])
    with pytest.raises(scorers.ScorerError, match="refuses the rows"):
        scorers.scores(fitted(log.head(50)), parse(HEAD), log.head(0)[["age", "plan"]])


def test_a_model_outside_the_folders_of_the_operator_is_not_read(home, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "model.skops"
    elsewhere.write_bytes(b"")
    (home / "models" / "link.skops").symlink_to(elsewhere)
    for name in (str(elsewhere), "link.skops", "../model.skops", "absent.skops"):
        with pytest.raises(scorers.ScorerError, match="no such file under"):
            scorers.load(Scorer(file=name), home)


def test_the_models_file_names_scorers_by_version_and_faults_by_key():
    text = '[versions]\nshadows = ["b"]\n[scoring]\nfile = "a.skops"\n[scoring.b]\nfile = "b.skops"\n'
    one = parse(HEAD + text).scoring
    assert [one.of(version, "champion").file for version in ("champion", "b")] == ["a.skops", "b.skops"]
    for wrong, words in (
        ('[scoring]\nfile = "a.pkl"', "scoring"), ("[scoring]\ntrusted = []", "belongs to a file"),
        ('[scoring.z]\nfile = "z.skops"', "no version is called 'z'"),
        ("[scoring]\ncode = 1", "'code' is no key"),
    ):  # fmt: skip
        with pytest.raises(ModelError, match=words):
            parse(f"{HEAD}{wrong}")
