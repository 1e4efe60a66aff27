from __future__ import annotations

from dashboard.cluster.retry import LONGEST_S, MOST, WINDOW_S, RetryPace


def test_the_first_try_and_one_after_a_loss_need_not_wait():
    pace = RetryPace()
    assert pace.wait_s(0) == 0

    pace.note_try(0)
    pace.note_success()

    assert pace.wait_s(5) == 0


def test_failures_make_the_pauses_longer_and_a_success_forgets_them():
    pace, pauses = RetryPace(), []
    for now in range(0, 600, 100):
        pace.note_try(now)
        pace.note_failure(now)
        pauses.append(pace.wait_s(now))

    pace.note_try(700)
    pace.note_success()

    assert pauses == [1, 2, 4, 8, LONGEST_S, LONGEST_S]
    assert pace.wait_s(701) == 0


def test_nothing_is_tried_more_often_than_the_limit_in_a_minute():
    pace, tries, now = RetryPace(), [], 0.0
    while now < 3 * WINDOW_S:
        if pace.wait_s(now) == 0:
            pace.note_try(now)
            pace.note_success()
            tries.append(now)
        now += 0.5

    assert max(sum(t <= each < t + WINDOW_S for each in tries) for t in tries) == MOST
