"""The student's process: what runs in it, what closes it in, and how it is asked.

- ``wire``: plain data between two processes, one of which is not trusted;
- ``submission``: the cells of a submitted notebook, read there;
- ``worker``: runs in the student's process, and runs the student's cells there;
- ``doors``, ``groups``: the system calls that it cannot make, and what it may use as a whole;
- ``jail``: keeps that process away from everything else;
- ``process``: starts it, and lets its functions be called from here;
- ``session``: one submission in that process, and the copies of it that tests call.
"""
