"""The coursework: the assignments, and the programs that release, grade and return them.

The modules, each one idea, from the format upwards:

- ``notebook``: a source notebook, its release, and the careful reading of a submission;
- ``wire``: plain data between two processes, one of which is not trusted;
- ``worker``: runs in the student's process, and runs the student's cells there;
- ``jail``: starts that process without access to anything, and communicates with it;
- ``grader``: runs the test cells here, against the answers of the student's process;
- ``classroom``: a folder of submissions, graded in parallel, and their grades;
- ``feedback``: the page that a student gets back.
"""
