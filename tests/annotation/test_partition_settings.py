from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.annotation.partition_settings import MOST_SUPERPIXELS, Settings

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([1])
)


def test_text_from_the_page_becomes_numbers():
    asked = Settings(count="300", compactness="0.1", sigma_mm="1", threshold="12.5").checked()

    assert asked == Settings(300, 0.1, 1.0, 12.5)


@pytest.mark.parametrize("threshold", ["auto", None])
def test_a_threshold_may_be_found_or_left_out(threshold):
    assert Settings(threshold=threshold).checked().threshold is threshold


@pytest.mark.parametrize("count", [1, MOST_SUPERPIXELS])
@pytest.mark.parametrize("sigma", [0, 100])
def test_the_ends_of_the_ranges_are_allowed(count, sigma):
    asked = Settings(count=count, sigma_mm=sigma).checked()

    assert (asked.count, asked.sigma_mm) == (count, sigma)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"count": 0}, "Count must be from 1 to 1,000,000; got 0."),
        ({"count": MOST_SUPERPIXELS + 1}, "Count must be from 1 to 1,000,000; got "),
        ({"compactness": 0}, "Compactness must be positive; got 0."),
        ({"compactness": -1}, "Compactness must be positive; got -1."),
        ({"sigma_mm": -0.1}, "Smoothing must be from 0 to 100 mm; got -0.1."),
        ({"sigma_mm": 101}, "Smoothing must be from 0 to 100 mm; got 101."),
    ],
)
def test_what_is_out_of_range_is_refused_with_a_sentence(wish, sentence):
    with pytest.raises(ValueError, match="must be") as refused:
        Settings(**wish).checked()

    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("name", ["count", "compactness", "sigma_mm", "threshold"])
@pytest.mark.parametrize(
    "value", ["many", "", float("nan"), float("inf"), [1], pytest.param(10**400, id="huge")]
)
def test_what_is_no_number_is_refused_by_name(name, value):
    called = {"sigma_mm": "Smoothing", "threshold": "Foreground"}.get(name, name.capitalize())

    with pytest.raises(ValueError, match=called):
        Settings(**{name: value}).checked()


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_whatever_comes_is_refused_as_a_value_or_in_range(count, compactness, sigma, threshold):
    try:
        asked = Settings(count, compactness, sigma, threshold).checked()
    except ValueError:
        return

    assert 1 <= asked.count <= MOST_SUPERPIXELS
    assert 0 < asked.compactness < float("inf")
    assert asked.sigma_mm is None or 0 <= asked.sigma_mm <= 100
    assert asked.threshold in ("auto", None) or asked.threshold == asked.threshold
