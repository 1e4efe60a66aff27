from __future__ import annotations

import pytest

from workers.formats.tiff.ome_xml import pixels_in
from workers.storage.unreadable import UnreadableFile

YEARS = ("2003-FC", "2008-09", "2013-06", "2016-06")
NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/"


def described(attributes, *, head='<?xml version="1.0" encoding="UTF-8"?>', year="2016-06"):
    image = f'<Image ID="Image:0"><Pixels {attributes}/></Image>'
    return f'{head}<OME xmlns="{NAMESPACE}{year}">{image}</OME>'


def sizes(text):
    """Sizes and units of the only image of a description."""
    (pixels,) = pixels_in(text if isinstance(text, bytes) else text.encode())
    return pixels.sizes, pixels.units


WRITTEN = [
    'PhysicalSizeX="0.5" PhysicalSizeXUnit="µm"',
    "PhysicalSizeX='0.5' PhysicalSizeXUnit='µm'",
    'PhysicalSizeX = "0.5"\n PhysicalSizeXUnit\t= "&#181;m"',
    'Name="a &gt; b > c" PhysicalSizeX="0.5" PhysicalSizeXUnit="&#xB5;m"',
]


@pytest.mark.parametrize("attributes", WRITTEN)
@pytest.mark.parametrize("year", YEARS)
def test_a_size_is_read_however_it_is_written(attributes, year):
    assert sizes(described(attributes, year=year)) == (("0.5", "", ""), ("µm", "", ""))


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_a_description_is_read_in_the_encoding_that_it_declares(encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?>'

    assert sizes(described(WRITTEN[0], head=head).encode(encoding))[1][0] == "µm"


@pytest.mark.parametrize("declared", ["UTF-8", "none-such"])
def test_a_description_in_another_encoding_than_it_declares_is_read_too(declared):
    head = f'<?xml version="1.0" encoding="{declared}"?>'

    assert sizes(described(WRITTEN[0], head=head).encode("cp1252"))[1][0] == "µm"


@pytest.mark.parametrize(
    "around",
    [
        "<!-- PhysicalSizeX='9' <Pixels PhysicalSizeX='9'/> -->{}",
        "{}<!-- the end -->\n\0",
        "\n  {}",
    ],
)
def test_comments_and_blanks_around_it_do_not_count(around):
    text = around.format(described(WRITTEN[0], head=""))

    assert sizes(text)[0][0] == "0.5"


def test_what_lies_in_cdata_is_text():
    text = described(WRITTEN[0]).replace(
        '<Image ID="Image:0">',
        '<Image ID="Image:0"><Description><![CDATA[<Pixels PhysicalSizeX="9"/>]]></Description>',
    )

    assert sizes(text)[0][0] == "0.5"


def test_names_with_a_prefix_are_known():
    image = f'<ome:Image><ome:Pixels {WRITTEN[0]} SizeX="4"/></ome:Image>'
    text = f'<ome:OME xmlns:ome="{NAMESPACE}2016-06">{image}</ome:OME>'

    (pixels,) = pixels_in(text.encode())

    assert (pixels.sizes[0], pixels.shape) == ("0.5", ("4", "", ""))


def test_where_no_unit_is_told_it_is_the_schemas():
    assert sizes(described('PhysicalSizeX="0.5"'))[1] == ("µm", "µm", "µm")


def test_each_image_is_told_in_its_order():
    image = '<Image><Pixels PhysicalSizeX="{}"/></Image>'
    text = f"<OME>{image.format(1)}{image.format(2)}</OME>"

    assert [each.sizes[0] for each in pixels_in(text.encode())] == ["1", "2"]


@pytest.mark.parametrize(
    "content", [b"", b"ImageJ=1.53\nunit=um", b"<OME><Image>", b"<html/>", b"<\xff\xff"]
)
def test_what_is_no_ome_xml_tells_nothing(content):
    assert pixels_in(content) == ()


BOMB = '<!DOCTYPE OME [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "kind", [BOMB, '<!DOCTYPE OME SYSTEM "file:///etc/passwd">', "<!DOCTYPE OME>"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(kind, encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?>{kind}'

    with pytest.raises(UnreadableFile, match="DOCTYPE"):
        pixels_in(described('PhysicalSizeX="1"', head=head).encode(encoding))
