"""The words that choose a reference: each means one thing and comes back as itself, others are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.drift import CONSECUTIVE, Against, AgainstError, options, own, parsed
from monitoring.models import Model, parse
from monitoring.reference import Reference

PLAIN = parse('name = "m"\ntask = "binary"')
SHADOWED = parse('name = "m"\ntask = "binary"\n[versions]\nchampion = "a"\nshadows = ["b", "7", "rolling 5"]')

names = st.text(min_size=1, max_size=20)
references = st.one_of(
    st.none(),
    st.builds(
        Reference.model_construct,
        start=st.none(),
        stop=st.none(),
        file=st.just("a.csv"),
        kind=st.sampled_from(["fixed", "rolling", "weekday"]),
        chunks=st.integers(1, 1_000_000),
        gap=st.integers(0, 1_000_000),
        weeks=st.integers(1, 1_000_000),
        versions=st.just({}),
    ),
)
models = st.builds(
    lambda champion, shadows, reference: PLAIN.model_copy(
        update={
            "versions": PLAIN.versions.model_copy(update={"champion": champion, "shadows": tuple(shadows)}),
            "reference": reference,
        }
    ),
    names,
    st.lists(names, max_size=3),
    references,
)


@given(model=models)
def test_every_word_that_is_offered_is_understood_and_comes_back_as_itself(model: Model):
    words = options(model)
    assert words[0] == own(model).key
    assert len(set(words)) == len(words)
    for word in words:
        assert parsed(word, model).key == word


@given(model=models)
def test_the_written_form_of_every_reference_is_read_as_that_reference(model: Model):
    usual = own(model)
    every = [
        Against(),
        usual,
        Against("rolling", chunks=usual.chunks, gap=usual.gap),
        Against("rolling", chunks=1, gap=3),
        Against("weekday", weeks=usual.weeks),
        Against("version", version=model.versions.champion),
    ]
    for one in every:
        assert parsed(one.key, model).key == one.key
        colons = one.key.replace(" gap ", ":") if one.form == "rolling" else one.key
        assert parsed(colons.replace(" ", ":", 1), model).key == one.key


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("", Against()),
        ("fixed", Against()),
        ("rolling", Against("rolling")),
        ("rolling:14", Against("rolling", chunks=14)),
        ("rolling:14:7", Against("rolling", chunks=14, gap=7)),
        ("rolling 14 gap 7", Against("rolling", chunks=14, gap=7)),
        ("rolling:1:0", Against("rolling", chunks=1)),
        ("weekday", Against("weekday")),
        ("weekday:4", Against("weekday", weeks=4)),
        ("version:b", Against("version", version="b")),
        ("version 7", Against("version", version="7")),
        ("version:rolling 5", Against("version", version="rolling 5")),
    ],
)
def test_a_word_means_one_reference(word, found):
    assert parsed(word, SHADOWED) == found


def ruled(kind):
    """A model whose file chooses numbers of its own."""
    toml = 'name = "m"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-02-01\n'
    return parse(f'{toml}kind = "{kind}"\nchunks = 10\ngap = 3\nweeks = 5')


@pytest.mark.parametrize(
    ("kind", "word"), [("rolling", "rolling 10 gap 3"), ("weekday", "weekday 5"), ("fixed", "fixed")]
)
def test_no_word_and_a_word_alone_take_what_the_models_file_chooses(kind, word):
    assert own(ruled(kind)).key == word == options(ruled(kind))[0]
    assert parsed("", ruled(kind)) == own(ruled(kind))
    assert parsed("rolling", ruled(kind)).key == "rolling 10 gap 3"
    assert parsed("weekday", ruled(kind)).key == "weekday 5"
    assert parsed("fixed", ruled(kind)) == Against()


@pytest.mark.parametrize("word", ["rolling:1", "rolling 1", CONSECUTIVE.key])
def test_chunks_without_a_gap_have_none_whatever_the_models_file_says(word):
    assert parsed(word, ruled("rolling")) == CONSECUTIVE == Against("rolling", chunks=1, gap=0)


def test_more_than_a_log_can_hold_is_as_much_as_it_can_hold():
    toml = 'name = "m"\ntask = "binary"\n[reference]\nfile = "a.csv"\nkind = "rolling"\n'
    model = parse(toml + "chunks = 99999999999999999999\ngap = 4000000")
    assert own(model).key == "rolling 250000 gap 250000"
    assert parsed(own(model).key, model) == own(model)


@pytest.mark.parametrize(
    "word",
    [
        "yesterday", "Fixed", " fixed", "fixed ", "fixed:", "fixed:3", "fixed 28", ":", " ", "rolling:",
        "rolling:0", "rolling:-3", "rolling:1.5", "rolling:x", "rolling:3:", "rolling:3:-1", "rolling:3:4:5",
        "rolling 3 gap", "rolling gap 3", "rolling:9999999", "rolling:\N{ARABIC-INDIC DIGIT THREE}",
        "weekday:0", "weekday:3:4", "weekday 3 gap 4", "weekday:eight", "version", "version:", "version:c",
        "version:B", "version b ", "rolling:3\n",
    ],
)  # fmt: skip
def test_a_wrong_word_is_an_error_that_says_what_there_is(word):
    with pytest.raises(AgainstError) as raised:
        parsed(word, SHADOWED)
    assert str(raised.value) == (
        f"no reference {word!r}; there are fixed, rolling:CHUNKS:GAP, weekday:WEEKS, version:a, version:b, "
        "version:7, version:rolling 5"
    )


def understood(word):
    """The reference that a text means; the error where it means none."""
    try:
        return parsed(word, SHADOWED)
    except AgainstError as error:
        return error


@given(word=st.text(max_size=30))
def test_any_text_is_a_reference_or_an_error_in_words(word):
    found = understood(word)
    assert repr(word) in str(found) if isinstance(found, AgainstError) else understood(found.key) == found


@pytest.mark.parametrize(
    ("one", "chunk", "words"),
    [
        (Against("rolling", chunks=28, gap=7), "1 day", "the 28 days before, 7 left out between"),
        (Against("rolling", chunks=1), "1 day", "the day before"),
        (Against("rolling", chunks=1, gap=2), "1 hour", "the hour before, 2 left out between"),
        (Against("rolling", chunks=1), "7 days", "the chunk of 7 days before"),
        (Against("rolling", chunks=4), "28 days", "the 4 chunks of 28 days before"),
        (Against("weekday", weeks=8), "1 day", "the same weekday of the 8 weeks before"),
        (Against("weekday", weeks=1), "1 hour", "the same weekday and hour of the week before"),
        (Against("version", version="b"), "1 day", "the own days of version b"),
        (Against(), "1 day", ""),
    ],
)
def test_a_reference_has_words_that_read_well(one, chunk, words):
    assert one.words(chunk) == words
