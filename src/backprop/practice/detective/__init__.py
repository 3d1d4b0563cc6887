"""A detective without end: short programs with exactly one mistake, which you find and name.

`case()` draws one. Its program defines `parameters`, `X` and `Y`, and two functions of them, `loss`
and `gradient`. The loss is right. The mistake is in `gradient`, or in what only `gradient` calls.
Run the program, change a parameter a little, and compare how the loss changes with the gradient.
Then name the mistake, or repair it::

    from backprop.practice.detective import case

    suspect = case(level=1)           # 1: in plain sight, 2: it still trains, 3: subtle
    suspect                           # the program
    suspect.run()                     # what it prints, and its names
    suspect.measure()                 # errors of its gradient, by layer
    suspect.judge("?")                # the names of all mistakes
    suspect.judge("sign")             # is that the mistake?
    suspect.judge_repair(gradient)    # is your own gradient right?
    suspect.reveal()                  # the solution

`backprop.diagnosis` judges, from the numbers of the program alone. Two mistakes that give the same
numbers are both accepted.
"""

from backprop.practice.detective.case import Case, Solution, case, cases

__all__ = ["Case", "Solution", "case", "cases"]
