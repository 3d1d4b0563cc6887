"""Write first_names.txt of this folder from the census lists in the Python package names.

    pip install names
    python data/names/make.py

The names of both lists, each once, in lower case and in alphabetical order.
"""

from pathlib import Path

from names import FILES

from backprop.files import write_whole

RESULT = Path(__file__).with_name("first_names.txt")


def main() -> None:
    """Write the file."""
    found = set()
    for key in ("first:female", "first:male"):
        lines = Path(FILES[key]).read_text(encoding="ascii").splitlines()
        found |= {line.split()[0].lower() for line in lines}
    write_whole(RESULT, ("\n".join(sorted(found)) + "\n").encode("ascii"))


if __name__ == "__main__":
    main()
