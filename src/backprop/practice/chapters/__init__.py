"""The questions and the checks of each chapter, one file for each.

A function `exercise_N` makes the question that the check of exercise N asks. The other functions
make the questions in the chapter's text, under the name that the cell's metadata gives.
"""
