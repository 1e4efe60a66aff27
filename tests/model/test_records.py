from __future__ import annotations

import google_crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model import records

PAYLOADS = st.lists(st.binary(max_size=40), max_size=6)
THREE = [b"one", b"", b"three"]


@given(PAYLOADS, PAYLOADS)
def test_records_that_were_made_and_appended_are_read_in_order(made, appended):
    content = records.whole(made)
    for number, payload in enumerate(appended, len(made)):
        content += records.frame(number, payload)

    sound = records.read(content)

    assert sound == ((*made, *appended), len(content), True)
    assert not records.is_cut(content, sound)


@given(PAYLOADS, st.data())
def test_a_file_that_is_cut_anywhere_gives_all_records_that_are_whole(payloads, data):
    content = records.whole([]) + b"".join(
        records.frame(number, payload) for number, payload in enumerate(payloads)
    )
    end = data.draw(st.integers(records.START, len(content)))

    sound = records.read(content[:end])

    assert sound.payloads == tuple(payloads[: len(sound.payloads)])
    assert end - sound.end < records.OVERHEAD + 41
    assert records.is_cut(content[:end], sound) == (sound.end < end)


@pytest.mark.parametrize("end", range(len(records.whole(THREE))))
def test_a_file_of_which_some_is_missing_that_it_was_made_with_is_not_whole(end):
    content = records.whole(THREE)[:end]

    sound = records.read(content)

    assert not sound.is_whole
    assert not records.is_cut(content, sound)


@pytest.mark.parametrize("at", range(len(records.whole(THREE))))
def test_a_flipped_bit_ends_what_is_sound(at):
    content = bytearray(records.whole(THREE))
    content[at] ^= 4

    sound = records.read(bytes(content))

    assert sound.end <= at
    assert not sound.is_whole


def test_a_damaged_record_before_a_sound_one_is_no_cut():
    content = bytearray(records.whole([]) + records.frame(0, b"one") + records.frame(1, b"two"))
    content[records.START] = 200  # its length now leads over the end of the file

    sound = records.read(bytes(content))

    assert sound.payloads == ()
    assert not records.is_cut(bytes(content), sound)


def test_a_record_out_of_turn_is_not_sound():
    content = records.whole([b"one"]) + records.frame(2, b"three")

    sound = records.read(content)

    assert sound.payloads == (b"one",)
    assert not records.is_cut(content, sound)


def test_a_file_of_a_later_version_is_refused(monkeypatch):
    monkeypatch.setattr(records, "VERSION", 2)
    later = records.whole(THREE)
    monkeypatch.undo()

    with pytest.raises(records.Later, match="version 1; a later version"):
        records.read(later)


def test_a_checksum_is_crc_32c_as_others_compute_it():
    framed = records.frame(7, b"123456789")

    told = int.from_bytes(framed[12:16], "little")

    assert told == google_crc32c.value(framed[:12] + b"123456789")
    assert google_crc32c.value(b"123456789") == 0xE3069283  # RFC 3720's check value


def test_a_payload_that_its_length_cannot_tell_is_refused(monkeypatch):
    monkeypatch.setattr(records, "MOST_BYTES", 3)

    with pytest.raises(ValueError, match="less than 4 GiB; got 4 bytes"):
        records.frame(0, b"four")
