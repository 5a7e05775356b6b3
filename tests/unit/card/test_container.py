import io

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument

from clearance.card import container


def written(streams: list[bytes], texts: list[str]) -> bytes:
    """A file of these streams, one in two compressed, and of these texts."""
    doc = PDFDocument(invariant=1)
    held = [
        doc.Reference(pdfdoc.PDFStream(PDFDictionary({}), data, [pdfdoc.PDFZCompress] * (number % 2)), f"s{number}")
        for number, data in enumerate(streams)
    ]
    said = [doc.Reference(PDFDictionary({"T": pdfdoc.PDFString(text)}), f"t{n}") for n, text in enumerate(texts)]
    pages = PDFDictionary({"Type": pdfdoc.PDFName("Pages"), "Kids": pdfdoc.PDFArray([]), "Count": 0})
    catalog = {
        "Type": pdfdoc.PDFName("Catalog"),
        "Pages": doc.Reference(pages),
        "Streams": pdfdoc.PDFArray(held),
        "Texts": pdfdoc.PDFArray(said),
    }
    information = doc.Reference(PDFDictionary({"Title": pdfdoc.PDFString("খ")}))
    return container.write(doc, catalog=doc.Reference(PDFDictionary(catalog)), information=information)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.binary(max_size=3000), max_size=8),
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf"]), max_size=30), max_size=40),
)
def test_another_reader_finds_every_object_as_it_was(streams: list[bytes], texts: list[str]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(written(streams, texts)), strict=True)
    root = reader.trailer["/Root"]
    assert [item.get_object().get_data() for item in root["/Streams"]] == streams
    assert [item.get_object()["/T"] for item in root["/Texts"]] == texts
    assert reader.metadata is not None
    assert reader.metadata.title == "খ"


def test_the_identifier_is_that_of_the_content() -> None:
    def identifier(data: bytes) -> object:
        return pypdf.PdfReader(io.BytesIO(written([data], []))).trailer["/ID"]

    assert identifier(b"one") == identifier(b"one") != identifier(b"two")


@pytest.mark.parametrize("count", [1, 300])
def test_objects_that_are_no_streams_take_next_to_no_room(count: int) -> None:
    assert len(written([], ["element"] * count)) < 900 + 12 * count
