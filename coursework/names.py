"""Whose submission is it: the names that systems give to files, and the people of a class."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coursework.files import Refused, read_table

# Comparing names


def normal(name: str) -> str:
    """A name in the form in which names are compared: any case, any way to write an accent."""
    return unicodedata.normalize(
        "NFC", " ".join(unicodedata.normalize("NFC", name).split()).casefold()
    )


def local_part(name: str) -> str:
    """What stands before the @ of an e-mail address; nothing for any other name."""
    return name.rpartition("@")[0]


def letters(name: str) -> str:
    """The letters and digits of a name, which is all that some systems keep of it."""
    return "".join(letter for letter in normal(name) if letter.isalnum())


def same_name(typed: str, other: str) -> bool:
    """Whether a person may have meant the same by both: a login counts as its e-mail address."""
    typed, other = normal(typed), normal(other)
    if typed == other:
        return bool(typed)
    shorter, longer = sorted((typed, other), key=lambda name: "@" in name)
    return "@" not in shorter and bool(shorter) and shorter == local_part(longer)


def same_person(names: Iterable[str], others: Iterable[str]) -> bool:
    """Whether all names of one person, and all of another, have one in common."""
    return not set(map(normal, names)).isdisjoint(map(normal, others))


def file_name(student: str) -> str:
    """A student's id as the name of a file: never a path, and never that of another student.

    Some systems do not distinguish capitals, or the ways to write an accent, and none takes a name
    of any length. So an id that is more than small letters gets a digest of itself as its end.
    """
    plain = re.fullmatch(r"[\w@+-][\w.@+ -]{0,99}(?<![. ])", student)
    if plain and student == normal(student) and len(student.encode()) <= 150:
        return student
    readable = re.sub(r"[^\w@+-]+", "_", student).strip("_")[:60]
    readable = readable.encode("utf-8", "ignore")[:100].decode("utf-8", "ignore")
    exact = student.encode("utf-8", errors="surrogatepass")
    return f"{readable}~{hashlib.sha256(exact).hexdigest()[:16]}"


# The names that systems give


@dataclass(frozen=True)
class Label:
    """What the name of a file or folder says."""

    student: str  # the id if there is no roster
    ids: tuple[str, ...]  # what may be found in a roster, the best first
    columns: tuple[str, ...] = ()  # of a roster, which have these ids
    file: str = ""  # the name that the student gave to the file
    upload: int = 0  # larger for what was uploaded later; 0 if that is not known
    together: str = ""  # equal for files that were handed in together; "" for a file on its own
    original: str = ""  # the student, if this is the name of a copy: "ada" for "ada (1)"
    receipt: bool = False  # not handed in: a system's own text about an upload


@dataclass(frozen=True)
class Scheme:
    """How a system names what it exports: the pattern, and the columns that have its ids.

    The pattern's groups are `id`, `name`, `upload` (its number or time) and `file`, as far as there
    are any. `together` names the group that is equal for files that were handed in together.
    """

    pattern: str
    columns: tuple[str, ...] = ()
    together: str = ""


# In this order, since a later one also fits some names of an earlier one.
SCHEMES = {
    # "Ada Lovelace_12345_assignsubmission_file_": a folder, or the beginning of a file's name
    "Moodle": Scheme(
        r"(?P<name>[^_]+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?",
        ("Identifier",),
        "id",
    ),
    # "Coursework 1_ada_attempt_2026-01-02-03-04-05_mine.ipynb", and a .txt without the last part
    "Blackboard": Scheme(
        r"(?P<id>.+)_[^\W\d_]+_(?P<upload>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)",
        ("Username",),
        "upload",
    ),
    # "lovelaceada_LATE_12_345_mine.ipynb"; an answer typed in a page is "lovelaceada_12_text.html"
    "Canvas": Scheme(
        r"(?P<name>[^\W_A-Z][^\WA-Z]*?)_(?:LATE_)?(?P<id>\d+)_"
        r"(?:(?P<upload>\d+)_(?P<file>.+)|(?:text|link)\.html)",
        ("ID",),
    ),
    "Canvas, anonymous": Scheme(r"(?:LATE_)?(?P<id>anon_[^\W_]+)_(?P<upload>\d+)_(?P<file>.+)"),
}


def systems_of(names: Iterable[str]) -> list[str]:
    """The systems, in the order in which the names in a folder are read.

    A name may fit two: a student chooses the end of it. So the one that fits most names goes first.
    """
    names = [unicodedata.normalize("NFC", name) for name in names]

    def fitting(system: str) -> int:
        return sum(bool(parts_of(name, system)) for name in names)

    return sorted(SCHEMES, key=fitting, reverse=True)


def parts_of(name: str, system: str) -> dict[str, str]:
    """The parts of a name that this system may have given; an empty dictionary for any other."""
    found = re.fullmatch(SCHEMES[system].pattern, name, flags=re.DOTALL)
    parts = found.groupdict(default="") if found else {}
    return parts and {"name": "", "upload": "", **parts}


def read_label(name: str, is_folder: bool = False, systems: Iterable[str] = SCHEMES) -> Label:
    """What the name of a file or folder says; any name is at least that of a student."""
    name = unicodedata.normalize("NFC", name)
    for system in systems:
        parts = parts_of(name, system)
        if parts:
            return label_of(name, is_folder, system, parts)
    stem = name
    while not is_folder and Path(stem).suffix.lower() in SUFFIXES:  # browsers add another
        stem = Path(stem).stem
    if is_folder:
        return Label(stem, (stem,))
    copy = re.fullmatch(COPY, stem, flags=re.DOTALL | re.IGNORECASE)
    original = copy["name"] if copy and copy["name"] != stem else ""
    return Label(stem, tuple(filter(None, (stem, original))), file=name, original=original)


# "ada (1)" of a browser, "ada - Copy" of Windows, "ada copy 2" of macOS, "Copy of ada" of Colab,
# "ada-Copy1" and "ada-checkpoint" of Jupyter.
COPY = r"(?:Copy of )?(?P<name>.+?)(?: ?\(\d+\)| - Copy| copy(?: \d+)?|-Copy\d+|-checkpoint)*"


def label_of(name: str, is_folder: bool, system: str, parts: dict[str, str]) -> Label:
    """What a name says that a system gave, from its parts."""
    scheme = SCHEMES[system]
    student = "_".join(filter(None, (parts["name"], parts["id"])))
    ids = [part for part in (parts["id"], parts["name"]) if part]
    if system == "Moodle":
        ids += without_group(parts["name"])
    if system == "Blackboard":  # title and login, and both may have underscores
        pieces = parts["id"].split("_")
        student, ids = pieces[-1], ["_".join(pieces[first:]) for first in range(len(pieces))]
    return Label(
        student,
        tuple(ids),
        scheme.columns,
        parts["file"] or ("" if is_folder else name),
        upload=int(re.sub(r"\D", "", parts["upload"]) or 0),
        together=parts[scheme.together] if scheme.together else "",
        receipt=system == "Blackboard" and not parts["file"],
    )


def without_group(name: str) -> list[str]:
    """The names that may follow that of a group: "Group 1-Jean-Luc Arc" is a Jean-Luc, or a Luc.

    One word is not taken for a group, since it is rather half of a first name.
    """
    pieces = name.split("-")
    return [
        "-".join(pieces[first:])
        for first in range(1, len(pieces))
        if not "".join(pieces[:first]).isalpha()
    ]


SUFFIXES = (".ipynb", ".json", ".txt", ".zip", ".py", ".pdf", ".html")
GRADESCOPE_LIST = "submission_metadata.yml"


def read_gradescope(folder: Path) -> dict[str, list[Label]]:
    """The submitters of each folder in Gradescope's export, by the folder's name.

    An empty dictionary for any other folder. Raises Refused for a list that cannot be read.
    """
    path = folder / GRADESCOPE_LIST
    if not path.is_file():
        return {}
    import yaml

    # Texts alone: a student's number keeps its zeros, and no object is made of what the file says.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        listed = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        return {
            name: [submitter(person) for person in entry[":submitters"]]
            for name, entry in listed.items()
        }
    except (OSError, UnicodeError, yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
        raise Refused(
            f"{path} is not a list of submissions from Gradescope ({type(error).__name__}): export "
            f"them again, or remove it"
        ) from None


def submitter(person: dict[str, str]) -> Label:
    """A person in Gradescope's list."""
    values = (str(person.get(f":{name}") or "").strip() for name in ("email", "sid", "name"))
    ids = tuple(value for value in values if value)
    return Label(ids[0] if ids else "unknown", ids, ("Email", "SID"))


# The people

# Columns with a person's ids, in any case, in the tables of Canvas, Moodle, Blackboard and
# Gradescope. The first one that is not empty is the student's name here.
IDS = (
    *("SIS Login ID", "SIS User ID", "ID"),
    *("Username", "Student ID"),
    *("Email address", "ID number", "Identifier"),
    *("Email", "SID"),
)
NAMES = ("Student", "Full name", "Name")
FIRST_NAMES, LAST_NAMES = ("First name",), ("Last name", "Surname")


@dataclass(frozen=True)
class Person:
    """A person in a roster."""

    login: str
    name: str
    ids: dict[str, str]  # by column
    row: dict[str, str]

    @property
    def aliases(self) -> tuple[str, ...]:
        """All names that mean this person."""
        return tuple(dict.fromkeys([*self.ids.values(), self.name, turned(self.name)]))


def turned(name: str) -> str:
    """“Lovelace, Ada” as “Ada Lovelace”."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma else name


@dataclass
class Roster:
    """The people of a class, from a table exported by Canvas, Moodle, Blackboard or Gradescope."""

    people: dict[str, Person] = field(default_factory=dict)  # by login
    keys: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # their logins, by any name

    @classmethod
    def read(cls, path: Path) -> Roster:
        """Read a CSV file. Raises Refused if it has no column of ids, or nobody in it."""
        roster = cls()
        for row in read_table(path).rows:
            person = read_person(row)
            if person and not person.name.startswith("Points Possible"):
                roster.add(person)
        if not roster.people:
            raise Refused(
                f"{path} lists nobody. Its first row must have one of the headings "
                f"{', '.join(IDS[:-1])} or {IDS[-1]}: export the people from Canvas, Moodle, "
                f"Blackboard or Gradescope with English as its language, or rename the heading"
            )
        return roster

    def add(self, person: Person) -> None:
        """Add a person; one who is listed for two sections is one person."""
        self.people.setdefault(person.login, person)
        keys = [(column.casefold(), normal(text)) for column, text in person.ids.items()]
        keys += [("any id", normal(text)) for text in person.ids.values()]
        keys += [("local", local_part(normal(text))) for text in person.ids.values()]
        keys += [("name", letters(name)) for name in (person.name, turned(person.name))]
        for kind, text in keys:
            if text:
                self.keys.setdefault((kind, text), set()).add(person.login)

    def find(self, ids: Sequence[str], columns: Sequence[str] = ()) -> Person | None:
        """The one person whom these ids mean, the best first; None if nobody, or several.

        The ids in `columns` go before others, those before parts of e-mail addresses, and names
        come last.
        """
        found = (logins for logins in self._meant(ids, columns) if len(logins) == 1)
        return next((self.people[login] for (login,) in found), None)

    def why_not(self, ids: Sequence[str], columns: Sequence[str] = ()) -> str:
        """Why `find` finds nobody."""
        most = max(map(len, self._meant(ids, columns)), default=0)
        return f"{most} people have this name" if most else "nobody has this name"

    def _meant(self, ids: Sequence[str], columns: Sequence[str]) -> Iterator[set[str]]:
        """The logins that these ids may mean, the best first."""
        ways = [(column.casefold(), normal) for column in columns]
        ways += [("any id", normal), ("local", normal), ("any id", self._login_of_address)]
        ways += [("name", letters)]
        for kind, form in ways:
            for text in ids:
                yield self.keys.get((kind, form(text)), set())

    def _login_of_address(self, text: str) -> str:
        """The login in an e-mail address, unless that person is listed with another address."""
        login = local_part(normal(text))
        for found in self.keys.get(("any id", login), ()):
            if any("@" in known for known in self.people[found].ids.values()):
                return ""
        return login


def read_person(row: dict[str, str]) -> Person | None:
    """The person in a row of a table, or None if the row has no id."""
    cells = {column.casefold(): text.strip() for column, text in row.items()}

    def first(columns: tuple[str, ...]) -> str:
        return next(filter(None, (cells.get(column.casefold(), "") for column in columns)), "")

    ids = {column: cells[column.casefold()] for column in IDS if cells.get(column.casefold())}
    if "Identifier" in ids:  # Moodle writes "Participant 12345"
        ids["Identifier"] = ids["Identifier"].split()[-1]
    if not ids:
        return None
    name = first(NAMES) or " ".join(filter(None, (first(FIRST_NAMES), first(LAST_NAMES))))
    login = unicodedata.normalize("NFC", next(iter(ids.values())))
    return Person(login, name, ids, row)
