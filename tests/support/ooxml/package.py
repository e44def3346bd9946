"""The package: a zip of parts that name their kinds and each other.

Excel finds a part by a relationship and reads it by its content type; where either is wrong it drops the part
or offers to repair the file.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

TYPES_PART = "[Content_Types].xml"
CONTENT_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
PACKAGE_KINDS = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
OFFICE_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
REFERENCE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
OPENXML = "application/vnd.openxmlformats-officedocument."

KINDS = {
    OFFICE_KINDS + "officeDocument": OPENXML + "spreadsheetml.sheet.main+xml",
    OFFICE_KINDS + "worksheet": OPENXML + "spreadsheetml.worksheet+xml",
    OFFICE_KINDS + "styles": OPENXML + "spreadsheetml.styles+xml",
    OFFICE_KINDS + "sharedStrings": OPENXML + "spreadsheetml.sharedStrings+xml",
    OFFICE_KINDS + "table": OPENXML + "spreadsheetml.table+xml",
    OFFICE_KINDS + "theme": OPENXML + "theme+xml",
    OFFICE_KINDS + "drawing": OPENXML + "drawing+xml",
    OFFICE_KINDS + "chart": OPENXML + "drawingml.chart+xml",
    OFFICE_KINDS + "extended-properties": OPENXML + "extended-properties+xml",
    PACKAGE_KINDS + "core-properties": "application/vnd.openxmlformats-package.core-properties+xml",
}
"""Kind of relationship → content type of the part it leads to. A workbook of ours needs no other."""

PREFIXES = {
    KINDS[OFFICE_KINDS + "drawing"]: (
        "xdr",
        "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    ),
    KINDS[OFFICE_KINDS + "chart"]: ("c", "http://schemas.openxmlformats.org/drawingml/2006/chart"),
}
"""Content type of a part that is drawn → the prefix of its own elements, by which ExcelJS looks for them."""

IMAGE = OFFICE_KINDS + "image"
IMAGES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
"""Content type of a picture → what it begins with."""

CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
ELEMENTS = "{http://purl.org/dc/elements/1.1/}"
TERMS = "{http://purl.org/dc/terms/}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
PROPERTIES = {
    *(
        CORE + name
        for name in "category contentStatus keywords lastModifiedBy lastPrinted revision version".split()
    ),
    *(ELEMENTS + name for name in "creator description identifier language subject title".split()),
    *(TERMS + name for name in "created modified".split()),
}


class Relationship(NamedTuple):
    """What a part says of another: `kind` as an address, `target` the other part's name."""

    id: str
    kind: str
    target: str
    is_external: bool


@dataclass
class Package:
    """The parts of a file, and what could not be read of them."""

    names: list[str] = field(default_factory=list)
    parts: dict[str, bytes] = field(default_factory=dict)
    roots: dict[str, Element] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    @cached_property
    def types(self) -> dict[str, str | None]:
        """The content type of every part; None where there is none."""
        root = self.roots.get(TYPES_PART, Element("none"))
        named = {
            one.get("PartName", ""): one.get("ContentType") for one in root.iter(f"{CONTENT_TYPES}Override")
        }
        by_ending = {
            one.get("Extension", "").lower(): one.get("ContentType")
            for one in root.iter(f"{CONTENT_TYPES}Default")
        }
        return {
            name: named.get(f"/{name}") or by_ending.get(name.rpartition(".")[2].lower())
            for name in self.parts
            if name != TYPES_PART
        }

    def relationships(self, part: str) -> list[Relationship]:
        """What `part` is related to; of the whole package for an empty name."""
        root = self.roots.get(relationships_part(part), Element("none"))
        return [
            Relationship(
                one.get("Id", ""),
                one.get("Type", ""),
                resolved(part, one.get("Target", "")),
                one.get("TargetMode") == "External",
            )
            for one in root.iter(f"{RELATIONSHIPS}Relationship")
        ]

    def target(self, part: str, identity: str | None, kind: str) -> str | None:
        """The part that `part` relates to as `identity`, if it is of that kind."""
        found = (
            one for one in self.relationships(part) if one.id == identity and one.kind == OFFICE_KINDS + kind
        )
        return next((one.target for one in found), None)


def opened(path: Path) -> Package:
    """Reads every part; what is no zip or no XML stands in `unreadable`."""
    package = Package()
    try:
        with zipfile.ZipFile(path) as archive:
            package.names = [info.orig_filename for info in archive.infolist()]
            for info in archive.infolist():
                package.parts[info.orig_filename] = archive.read(info)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        package.unreadable.append(f"{path.name}: is no zip that can be read: {error}")
    for name in package.parts:
        _read_root(package, name)
    return package


def with_part(package: Package, name: str, content: bytes) -> Package:
    """The package with one part changed, or one more, as `opened` would read it."""
    others = {other: root for other, root in package.roots.items() if other != name}
    names = package.names if name in package.parts else [*package.names, name]
    changed = Package(names, package.parts | {name: content}, others, [*package.unreadable])
    _read_root(changed, name)
    return changed


def _read_root(package: Package, name: str) -> None:
    """The root of one part, where it is XML."""
    if name.endswith((".xml", ".rels")):
        content = package.parts[name]
        try:
            content.decode("utf-8")
            package.roots[name] = ET.fromstring(content)  # noqa: S314 - our own workbook
        except (UnicodeDecodeError, ET.ParseError) as error:
            package.unreadable.append(f"{name}: is no XML in UTF-8: {error}")


def relationships_part(part: str) -> str:
    """`xl/_rels/workbook.xml.rels` for `xl/workbook.xml`."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels".removeprefix("/")


def resolved(part: str, target: str) -> str:
    """The name of the part that `target`, as `part` has it, means."""
    if target.startswith("/"):
        return target[1:]
    steps: list[str] = []
    for step in PurePosixPath(part).parent.joinpath(target).parts:
        if step == "..":
            steps[-1:] = []
        else:
            steps.append(step)
    return "/".join(steps)


def names_are_unique_and_plain(package: Package) -> Iterator[str]:
    for name, count in Counter(name.casefold() for name in package.names).items():
        if count > 1:
            yield f"{name}: the package has {count} parts of this name"
    for name in package.names:
        if not re.fullmatch(r"(\[Content_Types\]\.xml|[\w.-]+(/[\w.-]+)*)", name, re.ASCII) or ".." in name:
            yield f"{name}: is no plain name of a part"


def no_part_has_a_document_type(package: Package) -> Iterator[str]:
    for name, content in package.parts.items():
        if b"<!DOCTYPE" in content[:1024]:
            yield f"{name}: begins with a document type, which Excel refuses"


def every_part_has_its_content_type(package: Package) -> Iterator[str]:
    root = package.roots.get(TYPES_PART)
    if root is None:
        yield f"{TYPES_PART}: is missing"
        return
    for name, kind in package.types.items():
        if kind is None:
            yield f"{name}: has no content type"
        elif (kind == RELATIONSHIPS_TYPE) != name.endswith(".rels"):
            yield f"{name}: has the content type {kind}"
    named = [one.get("PartName", "") for one in root.iter(f"{CONTENT_TYPES}Override")]
    for name, count in Counter(name.casefold() for name in named).items():
        if count > 1:
            yield f"{TYPES_PART}: names {name} {count} times"
    for name in named:
        if name.removeprefix("/") not in package.parts or not name.startswith("/"):
            yield f"{TYPES_PART}: names {name}, and there is no such part"


def every_relationship_leads_to_a_part_of_its_kind(package: Package) -> Iterator[str]:
    sources = [name for name in package.parts if not name.endswith(".rels")]
    known = {relationships_part(source) for source in ["", *sources]}
    for name in package.parts:
        if name.endswith(".rels") and name not in known:
            yield f"{name}: belongs to no part"
    for source in ["", *sources]:
        place = relationships_part(source)
        found = package.relationships(source)
        for identity, count in Counter(one.id for one in found).items():
            if count > 1 or not identity:
                yield f"{place}: has {count} relationships with the id {identity!r}"
        for one in found:
            yield from _leads(package, place, one)


def targets_are_relative(package: Package) -> Iterator[str]:
    """As Excel writes them; ExcelJS and others take one that begins at the root for one below its part."""
    for name, root in package.roots.items():
        for one in root.iter(f"{RELATIONSHIPS}Relationship") if name.endswith(".rels") else ():
            target = one.get("Target", "")
            if not target or target.startswith(("/", "\\")) or ":" in target:
                yield f"{name}: {one.get('Id')} has the target {target!r}"


def drawn_parts_have_their_prefixes(package: Package) -> Iterator[str]:
    for name, kind in package.types.items():
        if kind in PREFIXES:
            prefix, namespace = PREFIXES[kind]
            prefixes = _prefixes(package.parts[name])
            if "" in prefixes or prefixes.get(prefix) != namespace:
                yield f"{name}: has elements without a prefix, or its own without {prefix}:"


def every_part_is_reached(package: Package) -> Iterator[str]:
    reached, waiting = set[str](), [""]
    while waiting:
        part = waiting.pop()
        for one in package.relationships(part):
            if one.target not in reached:
                reached.add(one.target)
                waiting.append(one.target)
    for name in package.parts:
        if name not in reached and name != TYPES_PART and not name.endswith(".rels"):
            yield f"{name}: no relationship leads to this part"
    books = [one for one in package.relationships("") if one.kind == OFFICE_KINDS + "officeDocument"]
    if len(books) != 1:
        yield f"_rels/.rels: leads to {len(books)} workbooks"


def every_reference_has_its_relationship(package: Package) -> Iterator[str]:
    for name, root in package.roots.items():
        known = {one.id for one in package.relationships(name)}
        for element in root.iter():
            for key, identity in element.attrib.items():
                if key.startswith(REFERENCE) and identity not in known:
                    yield f"{name}: {local(element)} refers to {identity!r}, which is no relationship"


def core_properties_are_typed(package: Package) -> Iterator[str]:
    for one in package.relationships(""):
        if one.kind != PACKAGE_KINDS + "core-properties" or one.target not in package.roots:
            continue
        root = package.roots[one.target]
        prefixes = _prefixes(package.parts[one.target])
        for tag, count in Counter(element.tag for element in root).items():
            if count > 1 or tag not in PROPERTIES:
                yield f"{one.target}: {tag} stands there {count} times, or does not belong there"
        for element in root:
            if element.tag.startswith(TERMS):
                prefix, _, kind = element.get(TYPE, "").rpartition(":")
                if prefixes.get(prefix) != TERMS.strip("{}") or kind != "W3CDTF":
                    yield f"{one.target}: {local(element)} is not of the type W3CDTF of {TERMS}"
                if not _is_instant(element.text or ""):
                    yield f"{one.target}: {local(element)} is no instant: {element.text!r}"


RULES = (
    names_are_unique_and_plain,
    no_part_has_a_document_type,
    every_part_has_its_content_type,
    every_relationship_leads_to_a_part_of_its_kind,
    targets_are_relative,
    drawn_parts_have_their_prefixes,
    every_part_is_reached,
    every_reference_has_its_relationship,
    core_properties_are_typed,
)


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def _leads(package: Package, place: str, one: Relationship) -> Iterator[str]:
    if one.is_external:
        yield f"{place}: {one.id} leads out of the package"
    elif one.kind == IMAGE:
        start = IMAGES.get(package.types.get(one.target) or "")
        if start is None or not package.parts.get(one.target, b"").startswith(start):
            yield f"{place}: {one.id} leads to {one.target}, which is no picture of its type"
    elif one.kind not in KINDS:
        yield f"{place}: {one.id} is of the unknown kind {one.kind}"
    elif one.target not in package.parts:
        yield f"{place}: {one.id} leads to {one.target}, and there is no such part"
    elif package.types.get(one.target) != KINDS[one.kind]:
        yield f"{one.target}: has the content type {package.types.get(one.target)}, not {KINDS[one.kind]}"


def _prefixes(content: bytes) -> dict[str, str]:
    found = ET.iterparse(BytesIO(content), events=["start-ns"])  # noqa: S314 - our own workbook
    return {prefix: address for _, (prefix, address) in found}


def _is_instant(text: str) -> bool:
    try:
        return (
            datetime.fromisoformat(text).tzinfo is not None
            and re.fullmatch(r"[\d-]{10}T[\d:.]+(Z|\S+)", text) is not None
        )
    except ValueError:
        return False
