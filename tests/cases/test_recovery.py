from __future__ import annotations

import pytest

from dashboard.cases import record_file, recovery
from dashboard.cases.journal_entry import Begin, Looked, Unreadable, pack
from dashboard.cases.recovery import Recovered, recover

MADE = (b"begin", b"a table")


def keep(folder, name, payloads, appended=()):
    """Writes a journal that was made with some records and to which others were appended."""
    content = record_file.encode_file(payloads)
    for number, payload in enumerate(appended, len(payloads)):
        content += record_file.frame(number, payload)
    (folder / name).write_bytes(content)
    return folder / name


def damage(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_folder_without_journals_holds_nothing(tmp_path):
    assert recover(tmp_path) == Recovered()
    assert recover(tmp_path / "nowhere") == Recovered()


def test_the_newest_journal_counts_by_number_not_by_letter(tmp_path):
    keep(tmp_path, "9-0.journal", [b"old"])
    keep(tmp_path, "10-2.journal", [b"older"])
    newest = keep(tmp_path, "10-10.journal", [b"new"])

    found = recover(tmp_path)

    assert (found.path, found.payloads) == (newest, (b"new",))


@pytest.mark.parametrize(
    "name", ["x.journal", "1.journal", "1-0-0.journal", "²-1.journal", "-1-0.journal"]
)
def test_files_of_other_names_are_no_journals(tmp_path, name):
    keep(tmp_path, name, [b"other"])

    assert recover(tmp_path).path is None


def test_a_journal_whose_last_record_was_not_written_to_the_end_is_not_damaged(tmp_path):
    path = keep(tmp_path, "2-0.journal", MADE, [b"edit", b"cut short"])
    path.write_bytes(path.read_bytes()[:-3])

    found = recover(tmp_path)

    assert found.payloads == (*MADE, b"edit")
    assert (found.dropped, found.is_cut, found.is_damaged) == (
        record_file.OVERHEAD + 6,
        True,
        False,
    )


def test_of_a_journal_damaged_behind_its_beginning_all_before_is_taken(tmp_path):
    """Though the one before has more records: those are older."""
    keep(tmp_path, "1-0.journal", [b"begin"], [b"a look"] * 100)
    path = keep(tmp_path, "2-0.journal", MADE, [b"edit", b"damaged"])
    damage(path, -1)

    found = recover(tmp_path)

    assert (found.path, found.payloads) == (path, (*MADE, b"edit"))
    assert found.damaged == (path,)


def test_of_a_journal_damaged_at_its_beginning_the_one_before_is_taken_and_that_is_told(tmp_path):
    before = keep(tmp_path, "1-0.journal", [b"begin"], [b"edit"])
    path = keep(tmp_path, "2-0.journal", [*MADE, b"edit"], [b"another"])
    damage(path, record_file.START + 20)

    found = recover(tmp_path)

    assert (found.path, found.payloads) == (before, (b"begin", b"edit"))
    assert found.damaged == (path,)
    assert found.is_damaged


def test_of_two_journals_damaged_at_their_beginning_the_longer_is_taken(tmp_path):
    before = keep(tmp_path, "1-0.journal", [b"begin", b"edit", b"another"])
    path = keep(tmp_path, "2-0.journal", [*MADE, b"edit"])
    damage(before, -1)
    damage(path, record_file.START + 20)

    found = recover(tmp_path)

    assert (found.path, found.payloads) == (before, (b"begin", b"edit"))
    assert found.damaged == (path, before)


@pytest.mark.parametrize("content", [b"", b"supervox", b"something else", bytes(9000)])
def test_a_journal_of_which_nothing_is_left_is_damaged(tmp_path, content):
    path = tmp_path / "1-0.journal"
    path.write_bytes(content)

    found = recover(tmp_path)

    assert (found.payloads, found.damaged) == ((), (path,))


def test_a_journal_of_a_later_version_is_refused(tmp_path, monkeypatch):
    keep(tmp_path, "1-0.journal", MADE)
    with monkeypatch.context() as patched:
        patched.setattr(record_file, "VERSION", 2)
        keep(tmp_path, "2-0.journal", MADE)

    with pytest.raises(record_file.LaterFile, match="later version of supervox"):
        recover(tmp_path)


def test_a_journal_that_is_removed_while_it_is_looked_for_is_looked_for_again(
    tmp_path, monkeypatch
):
    old = keep(tmp_path, "1-0.journal", [b"old"])
    read = recovery.read

    def remove_then_read(path):
        if path == old:
            keep(tmp_path, "2-0.journal", [b"new"])
            old.unlink()
        return read(path)

    monkeypatch.setattr(recovery, "read", remove_then_read)

    assert recover(tmp_path).payloads == (b"new",)


def test_a_journal_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "1-0.journal").symlink_to(tmp_path / "nowhere")

    with pytest.raises(FileNotFoundError):
        recover(tmp_path)


def test_a_journal_begins_with_the_volume_that_it_is_of():
    payloads = (pack(Begin("c0ffee", (3, 5, 2), "thick")),)

    assert recovery.is_of(payloads, "c0ffee", (3, 5, 2))
    assert not recovery.is_of(payloads, "c0ffee", (5, 3, 2))
    assert not recovery.is_of(payloads, "decaf", (3, 5, 2))
    assert not recovery.is_of((pack(Looked((0, 0, 0), 1)),), "c0ffee", (3, 5, 2))
    with pytest.raises(Unreadable):
        recovery.is_of((b"noise",), "c0ffee", (3, 5, 2))
