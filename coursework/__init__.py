"""The coursework: the assignments, and the programs that release, grade and return them.

The modules, each one idea, from the format upwards:

- ``notebook``: a source notebook, its release, and the file of a submission;
- ``matching``: which of them is which cell of the source, and what runs when;
- ``sandbox``: the student's process, and what keeps it away from everything else;
- ``grader``: runs the test cells here, against the answers of those copies;
- ``names``: whose a submission is: the names that systems give, and the people of a class;
- ``submissions``: a folder of them: which file of each student counts;
- ``classroom``: all submissions graded in parallel, and their grades;
- ``files``: tables that any spreadsheet reads, and files written whole;
- ``feedback``: the page that a student gets back;
- ``written``: answers in words, for a person to mark;
- ``exports``: all grades, and tables for other systems;
- ``summary``: what an instructor is told;
- ``commands``: the commands; ``__main__`` finds a Python for them.
"""
