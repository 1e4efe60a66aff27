"""What a page is told of the volumes of a series."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from panel.io.state import set_curdoc

from tests.conftest import nifti_bytes, session_on
from tests.page.test_page import Browser


@pytest.fixture
def browser(two_tissues):
    """A page of two tissues that has begun and has been sent all."""
    browser = Browser(session_on(two_tissues))
    browser.page._open()
    browser.say("begin")
    browser.deliver()
    browser.said.clear()
    return browser


def add(browser, data, name="T1.nii"):
    with set_curdoc(browser.document):
        browser.session.add_volume(nifti_bytes(data, browser.session.volume.affine), name)
    browser.deliver()


def begun(browser):
    return [message["array"] for message in browser.said if message["kind"] == "begin"]


def test_a_page_is_not_told_of_a_series_of_one(browser):
    assert "volumes" not in browser.kinds()


def test_an_added_volume_is_listed_and_sent_once(browser):
    shape = browser.session.volume.shape
    first, second = np.ones(shape, np.int16), np.full(shape, 2.5, np.float32)

    add(browser, first)
    add(browser, second, "T2.nii")

    listed = browser.last("volumes")["volumes"]
    assert [volume["name"] for volume in listed] == ["two", "T1", "T2"]
    assert [volume["dtype"] for volume in listed] == ["float32", "int16", "float32"]
    assert begun(browser) == ["channel 1", "channel 2"]
    assert_array_equal(browser.arrays["channel 1"], first)
    assert_array_equal(browser.arrays["channel 2"], second)


def test_a_page_that_is_loaded_again_is_sent_the_series_too(browser):
    add(browser, np.ones(browser.session.volume.shape, np.int16))
    browser.said.clear()

    browser.say("begin")
    browser.deliver()

    assert begun(browser).count("channel 1") == 1
    assert [volume["key"] for volume in browser.last("volumes")["volumes"]] == [0, 1]


def test_a_volume_that_is_taken_out_is_no_longer_listed(browser):
    add(browser, np.ones(browser.session.volume.shape, np.int16))

    browser.say("remove_volume", key=1)
    browser.deliver()

    assert [volume["key"] for volume in browser.last("volumes")["volumes"]] == [0]


def test_the_page_partitions_by_weights(browser):
    add(browser, np.arange(browser.session.volume.voxels, dtype=np.float32).reshape(12, 12, 6))
    wish = {"count": 8, "compactness": 0.1, "sigma_mm": 0, "threshold": "auto"}

    browser.say("partition", **wish, weights=[["two", 1], ["T1", 0.5]])

    assert browser.session.weights == (("two", 1.0), ("T1", 0.5))


def test_a_question_of_a_volume_to_be_added_is_answered_for_the_series(browser):
    shape = browser.session.volume.shape
    data = np.stack(
        [np.ones(shape, np.int16), np.arange(np.prod(shape), dtype=np.int16).reshape(shape)], 3
    )
    add(browser, data, "perfusion.nii")
    assert browser.last("ask")["together"] == 2

    browser.say("open_volume_of", volume=1)
    browser.deliver()

    assert begun(browser) == ["channel 1"]
    assert_array_equal(browser.arrays["channel 1"], data[..., 1])
