from __future__ import annotations

import google_crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.cases import record_file

PAYLOADS = st.lists(st.binary(max_size=40), max_size=6)
THREE = [b"one", b"", b"three"]


@given(PAYLOADS, PAYLOADS)
def test_records_that_were_made_and_appended_are_read_in_order(made, appended):
    content = record_file.encode_file(made)
    for number, payload in enumerate(appended, len(made)):
        content += record_file.frame(number, payload)

    sound = record_file.read(content)

    assert sound == ((*made, *appended), len(content), True)
    assert not record_file.is_cut(content, sound)


@given(PAYLOADS, st.data())
def test_a_file_that_is_cut_anywhere_gives_all_records_that_are_whole(payloads, data):
    content = record_file.encode_file([]) + b"".join(
        record_file.frame(number, payload) for number, payload in enumerate(payloads)
    )
    end = data.draw(st.integers(record_file.START, len(content)))

    sound = record_file.read(content[:end])

    assert sound.payloads == tuple(payloads[: len(sound.payloads)])
    assert end - sound.end < record_file.OVERHEAD + 41
    assert record_file.is_cut(content[:end], sound) == (sound.end < end)


@pytest.mark.parametrize("end", range(len(record_file.encode_file(THREE))))
def test_a_file_of_which_some_is_missing_that_it_was_made_with_is_not_whole(end):
    content = record_file.encode_file(THREE)[:end]

    sound = record_file.read(content)

    assert not sound.is_whole
    assert not record_file.is_cut(content, sound)


@pytest.mark.parametrize("at", range(len(record_file.encode_file(THREE))))
def test_a_flipped_bit_ends_what_is_sound(at):
    content = bytearray(record_file.encode_file(THREE))
    content[at] ^= 4

    sound = record_file.read(bytes(content))

    assert sound.end <= at
    assert not sound.is_whole


def test_a_damaged_record_before_a_sound_one_is_no_cut():
    content = bytearray(
        record_file.encode_file([]) + record_file.frame(0, b"one") + record_file.frame(1, b"two")
    )
    content[record_file.START] = 200  # its length now leads over the end of the file

    sound = record_file.read(bytes(content))

    assert sound.payloads == ()
    assert not record_file.is_cut(bytes(content), sound)


def test_a_record_out_of_turn_is_not_sound():
    content = record_file.encode_file([b"one"]) + record_file.frame(2, b"three")

    sound = record_file.read(content)

    assert sound.payloads == (b"one",)
    assert not record_file.is_cut(content, sound)


def test_a_file_of_a_later_version_is_refused(monkeypatch):
    monkeypatch.setattr(record_file, "VERSION", 2)
    later = record_file.encode_file(THREE)
    monkeypatch.undo()

    with pytest.raises(record_file.LaterFile, match="version 1; a later version"):
        record_file.read(later)


def test_a_checksum_is_crc_32c_as_others_compute_it():
    framed = record_file.frame(7, b"123456789")

    told = int.from_bytes(framed[12:16], "little")

    assert told == google_crc32c.value(framed[:12] + b"123456789")
    assert google_crc32c.value(b"123456789") == 0xE3069283  # RFC 3720's check value


def test_a_payload_that_its_length_cannot_tell_is_refused(monkeypatch):
    monkeypatch.setattr(record_file, "MOST_BYTES", 3)

    with pytest.raises(ValueError, match="less than 4 GiB; got 4 bytes"):
        record_file.frame(0, b"four")
