"""The coursework: what is assigned, and the programs that hand it out, grade it and return it.

The modules, each one idea, from the format upwards:

- ``notebook``: a source notebook, its release, and a submission read with care;
- ``wire``: plain data between two processes, one of which is not trusted;
- ``worker``: runs in the student's process, and runs the student's cells there;
- ``jail``: starts that process where it can reach nothing, and talks to it;
- ``grader``: runs the test cells, here, against what the student's process answers;
- ``classroom``: a folder of submissions, graded in parallel, and what is made of the grades;
- ``feedback``: what a student gets back.
"""
