from __future__ import annotations

import argparse

import pytest

from dashboard import arguments


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("whole_number", "x", "expected a whole number; got x"),
        ("whole_number", "2.5", "expected a whole number; got 2.5"),
        ("number", "much", "expected a number; got much"),
        ("port", "99999", "a port, a whole number from 0 to 65535; got 99999"),
        ("port", "-1", "from 0 to 65535; got -1"),
        ("port", "", "from 0 to 65535; got "),
        ("gigabytes", "-1", "expected gigabytes, 0 or more; got -1"),
        ("gigabytes", "nan", "expected gigabytes, 0 or more; got nan"),
        ("volume", "0", "expected the number of a volume, from 1; got 0"),
        ("volume", "x", "expected the number of a volume, from 1; got x"),
        ("chunks", "128", "such as 128,128,128; got 128"),
        ("chunks", "0,1,1", "such as 128,128,128; got 0,1,1"),
        ("chunks", "a,b,c", "such as 128,128,128; got a,b,c"),
        ("weights", "1,x", "a weight for each volume, such as 1,0.5; got 1,x"),
        ("threshold", "dark", "expected auto, none or a number; got dark"),
        ("threshold", "nan", "expected auto, none or a number; got nan"),
        ("whole_number", "9" * 5000, "got 9{60}$"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_of_ours(kind, text, said):
    with pytest.raises(argparse.ArgumentTypeError, match=said):
        getattr(arguments, kind)(text)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("whole_number", "-3", -3),
        ("number", "inf", float("inf")),
        ("port", "0", 0),
        ("port", "65535", 65535),
        ("gigabytes", "0.5", 0.5),
        ("volume", "2", 1),
        ("chunks", "4,5,6", (4, 5, 6)),
        ("weights", "1,0.5", (1.0, 0.5)),
        ("threshold", "auto", "auto"),
        ("threshold", "none", None),
        ("threshold", "-3", -3.0),
    ],
)
def test_what_may_be_is_taken(kind, text, value):
    assert getattr(arguments, kind)(text) == value


def test_argparse_passes_the_sentence_on(capsys):
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=arguments.port)

    with pytest.raises(SystemExit):
        parser.parse_args(["--port", "99999"])

    assert "argument --port: expected a port, a whole number from 0 to 65535; got 99999" in (
        capsys.readouterr().err
    )
