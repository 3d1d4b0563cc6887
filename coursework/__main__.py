"""Release, grade and return coursework: `python3 PATH/coursework COMMAND`, from any folder.

With a Python that lacks something, the command continues in the course's own environment, the
folder `.venv`. So this file runs on older versions of Python too: it has to say what they lack.
"""

import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
COURSE = os.path.dirname(HERE)
OLDEST = (3, 11)
NEEDED = {  # the package of each module
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "pandas": "pandas",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "scipy": "scipy",
    "tqdm": "tqdm",
}


def lacks():
    """What is wrong with this Python, in words; nothing if it has everything."""
    if sys.version_info < OLDEST:
        return "is too old: the course needs Python {}.{} or newer".format(*OLDEST)
    missing = [package for module, package in NEEDED.items() if not has(module)]
    return "lacks " + ", ".join(missing) if missing else ""


def has(module):
    """Whether a module can be imported."""
    return importlib.util.find_spec(module) is not None


def main():
    """Run the command here or in the course's environment, or say in one line what is missing."""
    # Modules of this folder must not hide packages of the same name.
    others = [folder for folder in sys.path if os.path.abspath(folder) != HERE]
    sys.path[:] = [COURSE, os.path.join(COURSE, "src"), *others]
    problem = lacks()
    if not problem:
        from coursework.commands import main as run

        return run()
    environment = os.path.join(COURSE, ".venv")
    python = os.path.join(environment, "bin", "python")
    inside = os.path.realpath(sys.prefix) == os.path.realpath(environment)
    if os.path.exists(python) and not inside:
        try:
            os.execv(python, [python, HERE, *sys.argv[1:]])
        except OSError as error:
            problem += f", and {python} cannot be started ({error.strerror})"
    sys.stderr.write(
        f"{sys.executable or 'this Python'} {problem}. Run `make setup` in {COURSE} once, which "
        f"installs everything, then the same command again\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
