"""Wrong solutions of *Detective*: the programs as they were, and fixed in the wrong way."""

WRONG = {
    "case 1 as it was": {
        "edit": {"fit": ("y[:, None]", "y")},
        "loses": ["check_fit"],
        "says": "look at error.shape",
    },
    "case 1 with sums": {
        "edit": {"fit": [("(error * x).mean()", "(error * x).sum()"), ("error.mean", "error.sum")]},
        "loses": ["check_fit"],
        "form": "sum instead of mean",
    },
    "case 1 uphill": {
        "edit": {"fit": [("slope -=", "slope +="), ("intercept -=", "intercept +=")]},
        "loses": ["check_fit"],
        "form": "sign",
    },
    "case 2 as it was": {
        "edit": {
            "step": """
def step(p, X, Y, rate):
    broken_step(p, X, Y, rate)
"""
        },
        "loses": ["check_step"],
        "form": "new weights used too early",
    },
    "case 2 on a copy that is thrown away": {
        "edit": {
            "step": [
                ("    A1 = sigmoid", "    p = copy.deepcopy(p)\n    A1 = sigmoid"),
            ]
        },
        "loses": ["check_step"],
        "form": "all zero",
    },
    "case 2 without the slope of the hidden layer": {
        "edit": {"step": (" * A1 * (1 - A1)", "")},
        "loses": ["check_step"],
        "form": "missing activation derivative",
    },
    "case 3 as it was": {
        "edit": {"gradient": ("Z1 > 0", "A1 >= 0")},
        "loses": ["check_gradient"],
        "form": "missing activation derivative",
    },
    "case 3 with another slope": {
        "edit": {"gradient": ("(Z1 > 0)", "Z1")},
        "loses": ["check_gradient"],
        "says": "check how its delta is computed",
    },
    "case 4 as it was": {
        "edit": {"run": [("X[train].mean", "X.mean"), ("X[train].std", "X.std")]},
        "loses": ["check_run"],
        "says": "and the trained weights went from",
    },
    "case 4 with the test scaled by itself": {
        "edit": {
            "run": (
                "    w, b = np.zeros",
                "    Z[test] = (X[test] - X[test].mean(axis=0)) / X[test].std(axis=0)\n"
                "    w, b = np.zeros",
            )
        },
        "loses": ["check_run"],
        "says": "changes with the other rows of the test",
    },
    "case 4 without scaling": {
        "edit": {"run": ("(X - X[train].mean(axis=0)) / X[train].std(axis=0)", "X")},
        "loses": ["check_run"],
        "says": "measured in another unit",
    },
    "case 5 as it was": {
        "edit": {"encode": ("sorted(set(labels))", "list(set(labels))")},
        "loses": ["check_encode"],
        "says": "a later session",
    },
    "case 5 in the order of the rows": {
        "edit": {"encode": ("sorted(set(labels))", "list(dict.fromkeys(labels))")},
        "loses": ["check_encode"],
        "says": "depend on the order of the rows",
    },
    "case 6 as it was": {
        "edit": {
            "accuracy": ("(scores.argmax(axis=1) == Y.argmax(axis=1))", "((scores > 0.5) == Y)")
        },
        "loses": ["check_accuracy"],
        "says": "a share of 0.5; yours is 0.75",
    },
    "case 6 with a threshold for whole rows": {
        "edit": {
            "accuracy": (
                "(scores.argmax(axis=1) == Y.argmax(axis=1))",
                "((scores > 0.5) == Y).all(axis=1)",
            )
        },
        "loses": ["check_accuracy"],
        "says": "also one below one half",
    },
    "verdicts exchanged": {
        "edit": {
            "verdicts": [('1: "all pairs"', '1: "sum"'), ('2: "early update"', '2: "no slope"')]
        },
        "loses": ["check_verdict_1", "check_verdict_2"],
        "says": "case 1 has a bug of another form",
    },
    "verdicts of two cases exchanged": {
        "edit": {
            "verdicts": [
                ('3: "always true"', '3: "no slope"'),
                ('4: "leak"', '4: "training score"'),
            ]
        },
        "loses": ["check_verdict_3", "check_verdict_4"],
        "says": "case 4 has a bug of another form",
    },
    "a verdict that is no form, and one that is missing": {
        "edit": {"verdicts": [('5: "no order"', '5: "the set"'), ('    6: "entries",\n', "")]},
        "loses": ["check_verdict_5", "check_verdict_6"],
        "says": "'the set' is not one of: all pairs",
    },
}
