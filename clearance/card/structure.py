"""What a card is to somebody who listens: a tree of headings, paragraphs, pictures and lists in reading order.

It decides how the marked content of the pages becomes structure elements (PDF 32000-1, 14.7 and 14.8): a label with the
value behind it is one entry of a list, headings that follow each other are one heading. What each piece is came from
`layout`, the marks were set by `sheet`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFObject, PDFObjectReference

from clearance.card.layout import Picture, Role
from clearance.card.marks import Mark
from clearance.card.words import CODE_SHOWN, PHOTO_SHOWN

_SHOWN = {Picture.PHOTO: PHOTO_SHOWN, Picture.QR: CODE_SHOWN}


def structure(doc: PDFDocument, pages: Sequence[tuple[PDFObjectReference, tuple[Mark, ...]]]) -> PDFObjectReference:
    """The structure tree root over the marked content of `pages`, for the catalogue.

    The marks of page n are found under its key n in the parent tree, so a page's StructParents is its place in `pages`.
    """
    root, whole = PDFObjectReference("structure"), PDFObjectReference("structure.document")
    parents: list[object] = []
    parts = []
    for number, (page, marks) in enumerate(pages):
        part = _Part(doc, page)
        parts.append(part.build(marks, whole))
        parents += [number, doc.Reference(pdfdoc.PDFArray(part.leaves), f"structure.parents.{number}")]
    doc.Reference(_Element("Document", root, parts), whole.name)
    dictionary = {
        "Type": pdfdoc.PDFName("StructTreeRoot"),
        "K": whole,
        "ParentTree": doc.Reference(PDFDictionary({"Nums": pdfdoc.PDFArray(parents)})),
        "ParentTreeNextKey": len(pages),
    }
    return doc.Reference(PDFDictionary(dictionary), root.name)


class _Part:
    """The elements of one page. `leaves` are those of its sequences of marked content, in their order."""

    def __init__(self, doc: PDFDocument, page: PDFObjectReference) -> None:
        self._doc, self._page = doc, page
        self.leaves: list[PDFObjectReference] = []

    def build(self, marks: tuple[Mark, ...], parent: PDFObjectReference) -> PDFObjectReference:
        """The element of the page, below `parent`."""
        part = self._name("part")
        children = []
        for is_list, run in groupby(marks, key=lambda mark: mark.kind in (Role.LABEL, Role.VALUE)):
            if is_list:
                children.append(self._list(list(run), part))
            else:
                children += [self._leaf(kind, sum(mark.sequences for mark in same), part) for kind, same in _texts(run)]
        return self._doc.Reference(_Element("Part", parent, children), part.name)

    def _list(self, marks: list[Mark], parent: PDFObjectReference) -> PDFObjectReference:
        """A list with one entry for each label and what follows it."""
        whole = self._name("list")
        items = []
        for entry in _entries(marks):
            item = self._name("entry")
            content = [self._leaf(mark.kind, mark.sequences, item) for mark in entry]
            items.append(self._doc.Reference(_Element("LI", whole, content), item.name))
        return self._doc.Reference(_Element("L", parent, items), whole.name)

    def _leaf(self, kind: Role | Picture, sequences: int, parent: PDFObjectReference) -> PDFObjectReference:
        """The element of the next so many sequences of marked content."""
        first = len(self.leaves)
        content = range(first, first + sequences)
        match kind:
            case Picture():
                shown = pdfdoc.PDFString(f"{_SHOWN[kind].bn} · {_SHOWN[kind].en}")
                element = _Element("Figure", parent, content, Pg=self._page, Alt=shown)
            case Role():
                element = _Element(kind, parent, content, Pg=self._page)
        leaf = self._doc.Reference(element)
        self.leaves += [leaf] * sequences
        return leaf

    def _name(self, kind: str) -> PDFObjectReference:
        """A name for an element to which its children refer before it is made."""
        return PDFObjectReference(f"structure.{kind}.{self._page.name}.{len(self.leaves)}")


def _texts(marks: Iterable[Mark]) -> Iterator[tuple[Role | Picture, list[Mark]]]:
    """Each mark by itself, but headings that follow each other as one: they say the same in two languages."""
    for kind, run in groupby(marks, key=lambda mark: mark.kind):
        if kind in (Role.TITLE, Role.HEADING):
            yield kind, list(run)
        else:
            yield from ((kind, [mark]) for mark in run)


def _entries(marks: list[Mark]) -> Iterator[list[Mark]]:
    entry: list[Mark] = []
    for mark in marks:
        if mark.kind is Role.LABEL and entry:
            yield entry
            entry = []
        entry.append(mark)
    yield entry


class _Element(PDFObject):  # type: ignore[misc] # reportlab has no types
    """A structure element. There are two hundred, which is too many for the detours of a PDFDictionary."""

    def __init__(
        self,
        kind: str,
        parent: PDFObjectReference,
        content: Sequence[int | PDFObjectReference],
        **entries: PDFObject,
    ) -> None:
        self._kind, self._content = kind, content
        self._entries = {"P": parent, **entries}

    def format(self, document: PDFDocument) -> bytes:
        """The dictionary as it stands in the file (table 323); reportlab asks for it by this name."""
        kids = b" ".join(b"%d" % kid if isinstance(kid, int) else kid.format(document) for kid in self._content)
        entries = b"".join(b"/%b %b" % (name.encode(), value.format(document)) for name, value in self._entries.items())
        return b"<</S/%b%b/K[%b]>>" % (self._kind.encode(), entries, kids)
