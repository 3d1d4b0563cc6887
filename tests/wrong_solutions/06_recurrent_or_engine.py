"""Wrong solutions of *Recurrent or engine*, of both halves."""

ENGINE = {"choice": 'CHOICE = "engine"'}

WRONG = {
    "neither half": {
        "edit": {"choice": 'CHOICE = "both"'},
        "loses": ["check_1", "check_2", "check_3"],
        "says": "CHOICE is 'both'",
    },
    "relax: a single step": {
        "edit": {"relax": "def relax(W, U, b, X):\n    return np.tanh(X @ U + b)"},
        "loses": ["check_1", "check_2", "check_3"],
        "says": "after a single step",
    },
    "relax: no biases": {
        "edit": {"relax": ("X @ U + b", "X @ U")},
        "loses": ["check_1", "check_3"],
        "form": "biases missing in the forward pass",
    },
    "relax: along the transpose": {
        "edit": {"relax": ("A @ W +", "A @ W.T +")},
        "loses": ["check_1", "check_2", "check_3"],
        "says": "fixed point for W.T",
    },
    "relax: a hundred steps, always": {
        "edit": {
            "relax": """
def relax(W, U, b, X):
    A = np.zeros((len(X), len(W)))
    for _ in range(100):
        A = np.tanh(A @ W + X @ U + b)
    return A
"""
        },
        "loses": ["check_1"],
        "says": "converges slowly",
    },
    "relax: everything set to 0, the arguments too": {
        "edit": {
            "relax": """
def relax(W, U, b, X):
    for part in (W, U, b, X):
        part[...] = 0
    return np.zeros((len(X), len(W)))
"""
        },
        "loses": ["check_1", "check_2", "check_3"],
        "says": "it is not a fixed point",
    },
    "relax: not from zeros": {
        "edit": {"relax": ("np.zeros(", "np.ones(")},
        "loses": ["check_1"],
        "says": "start from zeros",
    },
    "relax_error: W for its transpose": {
        "edit": {"relax_error": ("W.T", "W")},
        "loses": ["check_2", "check_3"],
        "says": "through W, where its transpose belongs",
    },
    "relax_error: no slopes": {
        "edit": {"relax_error": (" * (1 - A**2)", "")},
        "loses": ["check_2", "check_3"],
        "form": "missing activation derivative",
    },
    "relax_error: slopes of the sigmoid": {
        "edit": {"relax_error": ("(1 - A**2)", "A * (1 - A)")},
        "loses": ["check_2", "check_3"],
        "form": "derivative of another activation",
    },
    "relax_error: slopes on all of it": {
        "edit": {
            "relax_error": (
                "from_loss + (delta @ W.T) * (1 - A**2)",
                "(from_loss + delta @ W.T) * (1 - A**2)",
            )
        },
        "loses": ["check_2", "check_3"],
        "says": "here it passes them once more",
    },
    "relax_error: a single step": {
        "edit": {
            "relax_error": """
def relax_error(W, A, from_loss):
    return from_loss + (from_loss @ W.T) * (1 - A**2)
"""
        },
        "loses": ["check_2", "check_3"],
        "says": "with cycles it is not",
    },
    "gradient: sum for mean": {
        "edit": {"gradient": (" / len(X)", "")},
        "loses": ["check_3"],
        "form": "sum instead of mean",
    },
    "gradient: no bias": {
        "edit": {"gradient": ("delta.sum(axis=0)", "np.zeros(len(W))")},
        "loses": ["check_3"],
        "form": "missing bias gradient",
    },
    "softplus: overflows": {
        "edit": ENGINE
        | {
            "softplus": ("np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))", "np.log(1 + np.exp(x))")
        },
        "loses": ["check_1"],
        "says": "softplus of -1000 and 1000 comes out as [ 0. inf]",
    },
    "softplus: slope of the result": {
        "edit": ENGINE
        | {
            "softplus": """
def softplus(x):
    y = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return y, lambda g: (g / (1 + np.exp(-y)),)
"""
        },
        "loses": ["check_1"],
        "says": "its slopes at -1000 and 1000",
    },
    "softplus: g is forgotten": {
        "edit": ENGINE | {"softplus": ("(g * slope,)", "(slope,)")},
        "loses": ["check_1"],
        "says": "for a g twice as large",
    },
    "softplus: no tuple": {
        "edit": ENGINE | {"softplus": ("(g * slope,)", "g * slope")},
        "loses": ["check_1"],
        "says": "a tuple",
    },
    "maximum: a condition that is always true": {
        "edit": ENGINE
        | {
            "maximum": "def maximum(a, b):\n    y = np.maximum(a, b)\n"
            "    return y, lambda g: (g * (y >= a), g * (y >= b))"
        },
        "loses": ["check_2"],
        "says": "a condition on the result that is always true?",
    },
    "maximum: exchanged": {
        "edit": ENGINE
        | {"maximum": ("(g * share, g * (1 - share))", "(g * (1 - share), g * share)")},
        "loses": ["check_2"],
        "says": "to the smaller number",
    },
    "maximum: all to the first where both are equal": {
        "edit": ENGINE | {"maximum": ("0.5 * (a == b)", "1.0 * (a == b)")},
        "loses": ["check_2"],
        "says": "half of the slope",
    },
    "softmax: element by element": {
        "edit": ENGINE
        | {"softmax": ("p * (g - (g * p).sum(axis=1, keepdims=True))", "g * p * (1 - p)")},
        "loses": ["check_3"],
        "form": "softmax taken element by element",
    },
    "softmax: overflows": {
        "edit": ENGINE | {"softmax": ("x - x.max(axis=1, keepdims=True)", "x")},
        "loses": ["check_3"],
        "says": "infinite or NaN",
    },
}
