"""Wrong and right solutions of *Recurrent or engine*, of both halves."""

UNWRITTEN = "def {}(*arguments):\n    raise NotImplementedError()"
RECURRENT = {name: UNWRITTEN.format(name) for name in ("softplus", "maximum", "softmax")}
ENGINE = {name: UNWRITTEN.format(name) for name in ("relax", "relax_error", "gradient")}
ENGINE |= {"choice": 'CHOICE = "engine"'}
SIGMOID = "1 / (1 + np.exp(-(A @ W - s * A + X @ U + b)))"
STEP_BACK = "(e + delta @ W.T - s * delta) * A * (1 - A)"
NONE_OF_THEM = ["check_1", "check_2", "check_3"]


def relax(edit, says, also="Task 1, `relax`, is not right yet"):
    """A wrong `relax`: task 3 keeps its points, and its visible check points to task 1."""
    return {
        "edit": RECURRENT | {"relax": edit},
        "loses": {"check_1": says},
        "also": {"check_3": also},
    }


def relax_error(edit, says):
    """A wrong `relax_error`: task 3 keeps its points, and its visible check points to task 2."""
    also = {"check_3": "Task 2, `relax_error`, is not right yet"}
    return {"edit": RECURRENT | {"relax_error": edit}, "loses": {"check_2": says}, "also": also}


def gradient(edit, says):
    """A wrong `gradient`."""
    return {"edit": RECURRENT | {"gradient": edit}, "loses": {"check_3": says}}


def engine(name, edit, says):
    """A wrong operation of the second half."""
    check = {"softplus": "check_1", "maximum": "check_2", "softmax": "check_3"}[name]
    return {"edit": ENGINE | {name: edit}, "loses": {check: says}}


def written_relax(*lines):
    """A whole `relax`, from the lines of its body."""
    return "\n    ".join(["def relax(W, s, U, b, X):", *lines])


def written_error(*lines):
    """A whole `relax_error`, from the lines of its body."""
    return "\n    ".join(["def relax_error(W, s, A, e):", *lines])


def written(name, *lines):
    """A whole operation, from the lines of its body."""
    operands = {"softplus": "x", "maximum": "a, b", "softmax": "x, t"}[name]
    return "\n    ".join([f"def {name}({operands}):", *lines])


ZEROS = "A = np.zeros((len(X), len(W)))"

WRONG = {
    "neither half": {
        "edit": {"choice": 'CHOICE = "both"'},
        "loses": dict.fromkeys(NONE_OF_THEM, "CHOICE is 'both'"),
    },
    "no choice": {
        "edit": {"choice": 'choice = "engine"\nCHOICE = ""'},
        "loses": dict.fromkeys(NONE_OF_THEM, 'write "recurrent" or "engine" into CHOICE'),
    },
    # relax
    "relax: nothing is returned": relax(("return A", "print(A)"), "A is None"),
    "relax: the number of steps, too": relax(("return A", "return A, 7"), "has to be an array"),
    "relax: a state for the first sample": relax(("return A", "return A[0]"), "of shape (2, 3)"),
    "relax: the state in columns": relax(("return A", "return A.T"), "of shape (2, 3)"),
    "relax: a single step": relax(
        written_relax("return 1 / (1 + np.exp(-(X @ U + b)))"), "after a single step"
    ),
    "relax: two steps": relax(
        written_relax(ZEROS, "for _ in range(2):", f"    A = {SIGMOID}", "return A"),
        "it is not a fixed point",
    ),
    "relax: tanh, as in the chapter": relax(
        (SIGMOID, "np.tanh(A @ W - s * A + X @ U + b)"), "tanh of the weighted sums"
    ),
    "relax: the weighted sums": relax(
        ("return A", "return A @ W - s * A + X @ U + b"), "A has the weighted sums Z"
    ),
    "relax: the exponent without its sign": relax(("np.exp(-(", "np.exp(+("), "the exponent"),
    "relax: no biases": relax((" + X @ U + b", " + X @ U"), "biases missing in the forward pass"),
    "relax: no inputs": relax(("+ X @ U ", ""), "without the inputs X"),
    "relax: along the transpose": relax(("A @ W -", "A @ W.T -"), "fixed point for W.T"),
    "relax: no self-inhibition": relax((" - s * A", ""), "without the self-inhibition s"),
    "relax: each neuron excites itself": relax(("- s * A", "+ s * A"), "s has the wrong sign"),
    "relax: no neuron feeds another": relax(("A @ W - s * A", "-s * A"), "without W"),
    "relax: s is taken off outside of the sigmoid": relax(
        (SIGMOID, "1 / (1 + np.exp(-(A @ W + X @ U + b))) - s * A"), "outside of the sigmoid"
    ),
    "relax: s in a column": relax(("s * A", "s[:, None] * A"), "could not be broadcast"),
    "relax: s multiplies everything that comes in": relax(
        ("A @ W - s * A", "A @ (W - s)"), "the outputs of all neurons"
    ),
    "relax: each neuron subtracts the outputs of all, times their s": relax(
        ("s * A", "(A @ s)[:, None]"), "the outputs of all neurons"
    ),
    "relax: s without the output": relax(("- s * A", "- s"), "s itself is subtracted"),
    "relax: a hundred steps, always": relax(
        written_relax(ZEROS, "for _ in range(100):", f"    A = {SIGMOID}", "return A"),
        "converges slowly",
    ),
    "relax: until it changes by less than a thousandth": relax(
        ("1e-12", "1e-3"), "go on until no number changes by more than 1e-12"
    ),
    "relax: until allclose": relax(
        ("change = np.abs(A - before).max()", "change = not np.allclose(A, before)"),
        "go on until no number changes by more than 1e-12",
    ),
    "relax: a change without its size": relax(
        ("np.abs(A - before).max()", "(A - before).max()"), "does it look at the size"
    ),
    "relax: until one number rests": relax(
        (".max()", ".min()"), "stops changing before the others"
    ),
    "relax: from ones": relax(("np.zeros(", "np.ones("), "the start decides"),
    "relax: from a half": relax(
        ("np.zeros((len(X), len(W)))", "np.full((len(X), len(W)), 0.5)"), "the start decides"
    ),
    "relax: from random numbers": relax(
        ("np.zeros((len(X), len(W)))", "np.random.default_rng(0).uniform(size=(len(X), len(W)))"),
        "the start decides",
    ),
    "relax: all zeros": relax(written_relax(ZEROS, "return A"), "A is all 0"),
    "relax: everything set to 0, the arguments too": relax(
        written_relax("for part in (W, s, U, b, X):", "    part[...] = 0", ZEROS, "return A"),
        "the argument U has other numbers",
    ),
    "relax: s into the diagonal of W, in place": relax(
        written_relax(
            "W -= np.diag(s)",
            ZEROS,
            "for _ in range(5000):",
            "    A = 1 / (1 + np.exp(-(A @ W + X @ U + b)))",
            "return A",
        ),
        "the argument W has other numbers",
    ),
    # relax_error
    "relax_error: nothing is returned": relax_error(("return delta", ""), "delta is None"),
    "relax_error: in columns": relax_error(("return delta", "return delta.T"), "of shape (2, 4)"),
    "relax_error: W for its transpose": relax_error(("W.T", "W"), "transposed weights"),
    "relax_error: nothing through W": relax_error(
        ("delta @ W.T - s * delta", "-s * delta"), "error not carried back"
    ),
    "relax_error: no slopes": relax_error((" * A * (1 - A)", ""), "missing activation derivative"),
    "relax_error: slopes of tanh": relax_error(
        ("* A * (1 - A)", "* (1 - A**2)"), "derivative of another activation"
    ),
    "relax_error: slopes at the sigmoid of A": relax_error(
        written_error(
            "H = 1 / (1 + np.exp(-A))",
            "delta = np.zeros(A.shape)",
            "for _ in range(4000):",
            "    delta = (e + delta @ W.T - s * delta) * H * (1 - H)",
            "return delta",
        ),
        "derivative for Z, given A",
    ),
    "relax_error: e passes the slope twice": relax_error(
        ("(e +", "(e * A * (1 - A) +"), "activation derivative once too often"
    ),
    "relax_error: the slope only at e": relax_error(
        (STEP_BACK, "e * A * (1 - A) + delta @ W.T - s * delta"), "slope of neuron 1"
    ),
    "relax_error: the slope only at W": relax_error(
        (STEP_BACK, "e + (delta @ W.T - s * delta) * A * (1 - A)"), "comes out as e"
    ),
    "relax_error: the slope where the error leaves": relax_error(
        (STEP_BACK, "(e - s * delta) * A * (1 - A) + (delta * A * (1 - A)) @ W.T"),
        "which it leaves",
    ),
    "relax_error: a single step": relax_error(
        written_error(
            "delta = e * A * (1 - A)", "return (e + delta @ W.T - s * delta) * A * (1 - A)"
        ),
        "a single step back",
    ),
    "relax_error: e in place of delta": relax_error(
        written_error("return (e + e @ W.T - s * e) * A * (1 - A)"),
        "error carried back in place of the delta",
    ),
    "relax_error: e only at the start": relax_error(
        written_error(
            "delta = e * A * (1 - A)",
            "for _ in range(4000):",
            "    delta = (delta @ W.T - s * delta) * A * (1 - A)",
            "return delta",
        ),
        "e has to be added again",
    ),
    "relax_error: no self-inhibition": relax_error((" - s * delta", ""), "s is missing here"),
    "relax_error: each neuron excites itself": relax_error(
        ("- s * delta", "+ s * delta"), "s has the wrong sign in the backward pass"
    ),
    "relax_error: s without the slope": relax_error(
        (STEP_BACK, "(e + delta @ W.T) * A * (1 - A) - s * delta"), "through s, has not passed"
    ),
    "relax_error: s taken off all of W": relax_error(
        ("delta @ W.T - s * delta", "delta @ (W - s).T"), "through s: it gets its own alone"
    ),
    "relax_error: s taken off all of W, the other way": relax_error(
        ("delta @ W.T - s * delta", "delta @ (W.T - s)"), "through s: it gets its own alone"
    ),
    "relax_error: s without delta": relax_error(("- s * delta", "- s"), "s itself is subtracted"),
    "relax_error: the state in the part with s": relax_error(
        ("- s * delta", "- s * A * delta"), "the state A as a factor too many"
    ),
    "relax_error: s into the diagonal of W, in place": relax_error(
        written_error(
            "W -= np.diag(s)",
            "delta = np.zeros(A.shape)",
            "for _ in range(5000):",
            "    delta = (e + delta @ W.T) * A * (1 - A)",
            "return delta",
        ),
        "the argument W has other numbers",
    ),
    "relax_error: the slope into e, in place": relax_error(
        written_error(
            "e *= A * (1 - A)",
            "delta = np.zeros(A.shape)",
            "for _ in range(5000):",
            "    delta = e + (delta @ W.T - s * delta) * A * (1 - A)",
            "return delta",
        ),
        "the argument e has other numbers",
    ),
    "relax_error: the wrong sign": relax_error(("(e +", "(-e +"), "delta has the wrong sign"),
    "relax_error: a hundred steps, always": relax_error(
        written_error(
            "delta = np.zeros(A.shape)",
            "for _ in range(100):",
            f"    delta = {STEP_BACK}",
            "return delta",
        ),
        "converges slowly",
    ),
    "relax_error: until it changes by less than a thousandth": relax_error(
        ("1e-12", "1e-3"), "repeat until no number changes by more than 1e-12"
    ),
    "relax_error: a change without its size": relax_error(
        ("np.abs(delta - before).max()", "(delta - before).max()"), "does it look at the size"
    ),
    "relax_error: until one number rests": relax_error((".max()", ".min()"), "a single step back"),
    # gradient
    "gradient: nothing is returned": gradient(("return {", "result = {"), "gradient returned None"),
    "gradient: a tuple": gradient(
        (
            'return {"dW": dW, "ds": ds, "dU": X.T @ delta, "db": delta.sum(axis=0)}',
            "return dW, ds, X.T @ delta, delta.sum(axis=0)",
        ),
        "has to return a dictionary",
    ),
    "gradient: other names": gradient([('"dW":', '"W":'), ('"db":', '"b":')], "has no dW, db"),
    "gradient: no ds": gradient(('"ds": ds, ', ""), "has no ds"),
    "gradient: sum for mean": gradient((" / len(X)", ""), "sum instead of mean"),
    "gradient: a mean over the outputs, too": gradient(
        ("/ len(X)", "/ Y.size"), "divided by the number of outputs"
    ),
    "gradient: the mean twice": gradient(("/ len(X)", "/ len(X) ** 2"), "mean taken twice"),
    "gradient: the number of neurons": gradient(("/ len(X)", "/ len(W)"), "what n counts"),
    "gradient: the loss without its half": gradient(("= (A[", "= 2 * (A["), "the loss has a ½"),
    "gradient: target minus output": gradient(
        ("(A[:, -outputs:] - Y)", "(Y - A[:, -outputs:])"), "every derivative has the wrong sign"
    ),
    "gradient: the slope in e": gradient(
        ("relax_error(W, s, A, e)", "relax_error(W, s, A, e * A * (1 - A))"),
        "activation derivative once too often",
    ),
    "gradient: the first neurons are the outputs": gradient(
        ("-outputs:", ":outputs"), "the outputs are the last neurons"
    ),
    "gradient: always two outputs": gradient(("Y.shape[1]", "2"), "look at the e"),
    "gradient: the last sample alone": gradient(
        ("dW = A.T", "A[:-1], delta[:-1] = 0, 0\n    dW = A.T"), "last row only"
    ),
    "gradient: neurons joined to themselves": gradient(
        ("np.fill_diagonal(dW, 0)", ""), "dW has zeros on its diagonal"
    ),
    "gradient: what fill_diagonal returns": gradient(
        ("np.fill_diagonal(dW, 0)", "dW = np.fill_diagonal(dW, 0)"), "dW is None"
    ),
    "gradient: the error into Y, in place": gradient(
        (
            "e[:, -outputs:] = (A[:, -outputs:] - Y)",
            "Y -= A[:, -outputs:]\n    e[:, -outputs:] = -Y",
        ),
        "the argument Y has other numbers",
    ),
    "gradient: dW the other way round": gradient(
        ("dW = A.T @ delta", "dW = delta.T @ A"), "transposed gradient"
    ),
    "gradient: ds without its sign": gradient(("ds = -(", "ds = ("), "s is subtracted in Z"),
    "gradient: ds of delta alone": gradient(("(A * delta)", "delta"), "ds is made of delta alone"),
    "gradient: ds as a mean": gradient(
        ("(A * delta).sum(", "(A * delta).mean("), "ds was divided by n once more"
    ),
    "gradient: ds from the diagonal after it was cleared": gradient(
        ("-(A * delta).sum(axis=0)", "-np.diag(dW)"), "ds is all 0"
    ),
    "gradient: no bias": gradient(
        ('"db": delta.sum(axis=0)', '"db": 0 * b'), "missing bias gradient"
    ),
    "gradient: db as a mean": gradient(
        ('"db": delta.sum(', '"db": delta.mean('), "db was divided by n once more"
    ),
    "gradient: db as a row": gradient(
        ('"db": delta.sum(axis=0)', '"db": delta.sum(axis=0, keepdims=True)'), "of shape (4,)"
    ),
    "gradient: db of all neurons": gradient(
        ('"db": delta.sum(axis=0)', '"db": delta.sum()'), "db has to be an array of numbers"
    ),
    "gradient: the states for the inputs": gradient(
        ('"dU": X.T @ delta', '"dU": A.T @ delta'), "dU has to be of shape (3, 4)"
    ),
    "gradient: e for delta in dU": gradient(
        ('"dU": X.T @ delta', '"dU": X.T @ e'), "look at what U multiplies"
    ),
    "gradient: all zeros": gradient(
        ("delta = relax_error(W, s, A, e)", "delta = 0 * A"), "all derivatives are 0"
    ),
    "gradient: central differences": gradient(
        """
def gradient(W, s, U, b, X, Y):
    if len(W) > 6:
        raise NotImplementedError("this takes too long for the demonstration")
    moves = measured_moves(relax, W, s, U, b, X)
    e = measured_error(relax(W, s, U, b, X), Y, slice(-Y.shape[1], None))
    return {name: (e * move).sum(axis=(-2, -1)) for name, move in moves.items()}
""",
        "as for central differences",
    )
    | {"unseen": ["check_3"]},
    # softplus
    "softplus: the result alone": engine(
        "softplus", (", lambda g: (g * slope,)", ""), "return a pair"
    ),
    "softplus: the slope in place of a function": engine(
        "softplus", ("lambda g: (g * slope,)", "slope"), "has to be the function pass_back"
    ),
    "softplus: pass_back returns nothing": engine(
        "softplus", ("lambda g: (g * slope,)", "lambda g: None"), "pass_back returned None"
    ),
    "softplus: no tuple": engine("softplus", ("(g * slope,)", "g * slope"), "a tuple"),
    "softplus: two in the tuple": engine(
        "softplus", ("(g * slope,)", "(g, g * slope)"), "a tuple with 1 arrays"
    ),
    "softplus: g is forgotten": engine("softplus", ("(g * slope,)", "(slope,)"), "g is missing"),
    "softplus: g is added": engine(
        "softplus", ("(g * slope,)", "(g + slope,)"), "not twice as large"
    ),
    "softplus: the total": engine(
        "softplus", ("(g * slope,)", "((g * slope).sum(),)"), "with respect to x has to be"
    ),
    "softplus: overflows": engine(
        "softplus",
        ("np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))", "np.log(1 + np.exp(x))"),
        "softplus of -1000 and 1000 has to come out as 0 and 1000",
    ),
    "softplus: its derivative overflows": engine(
        "softplus",
        ("0.5 * (1 + np.tanh(0.5 * x))", "np.exp(x) / (1 + np.exp(x))"),
        "is not a number",
    ),
    "softplus: the ReLU": engine(
        "softplus", (" + np.log1p(np.exp(-np.abs(x)))", ""), "this is the ReLU"
    ),
    "softplus: the derivative of the ReLU": engine(
        "softplus", ("0.5 * (1 + np.tanh(0.5 * x))", "1.0 * (x > 0)"), "derivative of the ReLU"
    ),
    "softplus: another logarithm": engine(
        "softplus",
        ("np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))", "np.logaddexp2(0, x)"),
        "is not 1 + e^x",
    ),
    "softplus: slope of the result": engine(
        "softplus",
        written(
            "softplus", "y = np.logaddexp(0, x)", "return y, lambda g: (g / (1 + np.exp(-y)),)"
        ),
        "the derivative at the result y",
    ),
    "softplus: the sign in the exponent": engine(
        "softplus", ("1 + np.tanh(", "1 - np.tanh("), "gets steeper towards larger x"
    ),
    "softplus: the wrong sign": engine(
        "softplus", ("(g * slope,)", "(-g * slope,)"), "has the wrong sign"
    ),
    "softplus: the inner function alone": engine(
        "softplus",
        ("slope = 0.5 * (1 + np.tanh(0.5 * x))", "slope = np.exp(x)"),
        "derivative of 1 + e^x",
    ),
    "softplus: the slope of the sigmoid": engine(
        "softplus",
        ("slope = 0.5 * (1 + np.tanh(0.5 * x))", "slope = 0.25 / np.cosh(0.5 * x) ** 2"),
        "is not what central differences measure",
    ),
    "softplus: g into the slope, in place": engine(
        "softplus",
        written(
            "softplus",
            "slope = 0.5 * (1 + np.tanh(0.5 * x))",
            "def pass_back(g):",
            "    slope[...] *= g",
            "    return (slope.copy(),)",
            "return np.logaddexp(0, x), pass_back",
        ),
        "it changes an array that it needs",
    ),
    "softplus: x in a global variable": engine(
        "softplus",
        """
def softplus(x):
    global kept
    kept = x
    return np.logaddexp(0, x), pass_back


def pass_back(g):
    return (g * 0.5 * (1 + np.tanh(0.5 * kept)),)
""",
        "after a call of the operation for other operands",
    ),
    # maximum
    "maximum: the smaller one": engine(
        "maximum", ("np.maximum(a, b)", "np.minimum(a, b)"), "the smaller one"
    ),
    "maximum: the larger one without its sign": engine(
        "maximum",
        ("np.maximum(a, b)", "np.where(abs(a) > abs(b), a, b)"),
        "larger without its sign",
    ),
    "maximum: the largest of all": engine(
        "maximum",
        ("np.maximum(a, b)", "np.full(a.shape, max(a.max(), b.max()))"),
        "not the larger of its two numbers",
    ),
    "maximum: an array as a condition": engine(
        "maximum", ("np.maximum(a, b)", "(a if a > b else b)"), "truth value of an array"
    ),
    "maximum: a condition that is always true": engine(
        "maximum",
        written(
            "maximum",
            "y = np.maximum(a, b)",
            "return y, lambda g: (g * (y >= a), g * (y >= b))",
        ),
        "a condition on the result that is always true?",
    ),
    "maximum: exchanged": engine(
        "maximum",
        ("(g * share, g * (1 - share))", "(g * (1 - share), g * share)"),
        "to the smaller number",
    ),
    "maximum: half for each": engine(
        "maximum",
        ("(a > b) + 0.5 * (a == b)", "np.full(a.shape, 0.5)"),
        "each operand gets half of g",
    ),
    "maximum: the operands for the slopes": engine(
        "maximum", ("(g * share,", "(g * a * share,"), "with respect to a is not"
    ),
    "maximum: one for both": engine(
        "maximum", ("(g * share, g * (1 - share))", "(g * share,)"), "a tuple with 2 arrays"
    ),
    "maximum: g is forgotten": engine(
        "maximum", ("(g * share, g * (1 - share))", "(share, 1 - share)"), "g is missing"
    ),
    "maximum: nothing for b": engine(
        "maximum", ("g * (1 - share))", "0 * g)"), "with respect to b is all 0"
    ),
    "maximum: all to the first where both are equal": engine(
        "maximum", ("0.5 * (a == b)", "1.0 * (a == b)"), "where a and b are equal"
    ),
    "maximum: all to the second where both are equal": engine(
        "maximum", ("(a > b) + 0.5 * (a == b)", "1.0 * (a > b)"), "where a and b are equal"
    ),
    "maximum: all to both where both are equal": engine(
        "maximum",
        ("(g * share, g * (1 - share))", "(g * (a >= b), g * (b >= a))"),
        "where a and b are equal",
    ),
    "maximum: nothing to either where both are equal": engine(
        "maximum",
        ("(g * share, g * (1 - share))", "(g * (a > b), g * (b > a))"),
        "where a and b are equal",
    ),
    "maximum: one g for both, changed in place": engine(
        "maximum",
        written(
            "maximum",
            "def pass_back(g):",
            "    to_a = to_b = g",
            "    to_a[a < b] = 0",
            "    to_b[b < a] = 0",
            "    return to_a, to_b",
            "return np.maximum(a, b), pass_back",
        ),
        "with respect to a is all 0",
    ),
    "maximum: nearly the larger one": engine(
        "maximum", ("np.maximum(a, b)", "np.logaddexp(a, b)"), "not the larger of its two numbers"
    ),
    "maximum: the larger one only sometimes": engine(
        "maximum", ("np.maximum(a, b)", "np.where(a > 0, a, b)"), "not the larger of its"
    ),
    "maximum: another result where both are equal": engine(
        "maximum",
        ("np.maximum(a, b)", "np.where(a == b, 0, np.maximum(a, b))"),
        "where a and b are equal, the result",
    ),
    "maximum: the operands kept with the function": engine(
        "maximum",
        written(
            "maximum",
            "maximum.larger = (a > b) + 0.5 * (a == b)",
            "def pass_back(g):",
            "    return g * maximum.larger, g * (1 - maximum.larger)",
            "return np.maximum(a, b), pass_back",
        ),
        "after a call of the operation for other operands",
    ),
    # softmax
    "softmax: no temperature": engine(
        "softmax", ("keepdims=True)) / t)", "keepdims=True)))"), "t is missing"
    ),
    "softmax: times the temperature": engine(
        "softmax", ("keepdims=True)) / t)", "keepdims=True)) * t)"), "x is multiplied by t"
    ),
    "softmax: over the columns": engine(
        "softmax",
        ("powers.sum(axis=1, keepdims=True)", "powers.sum(axis=0)"),
        "the columns have the sum 1",
    ),
    "softmax: over the whole matrix": engine(
        "softmax", ("powers.sum(axis=1, keepdims=True)", "powers.sum()"), "all numbers together"
    ),
    "softmax: the smallest stands out": engine(
        "softmax",
        ("(x - x.max(axis=1, keepdims=True)) / t", "(x.min(axis=1, keepdims=True) - x) / t"),
        "the larger x has the smaller p",
    ),
    "softmax: only shares": engine(
        "softmax",
        ("powers = np.exp((x - x.max(axis=1, keepdims=True)) / t)", "powers = x**2"),
        "the ratio of two p of a row",
    ),
    "softmax: overflows": engine(
        "softmax", ("x - x.max(axis=1, keepdims=True)", "x"), "e^1000 overflows"
    ),
    "softmax: the largest of all rows": engine(
        "softmax", ("x.max(axis=1, keepdims=True)", "x.max()"), "a number of its own"
    ),
    "softmax: element by element": engine(
        "softmax",
        ("p * (g - (g * p).sum(axis=1, keepdims=True))", "g * p * (1 - p)"),
        "softmax taken element by element",
    ),
    "softmax: x without 1/t": engine(
        "softmax", ("to_scaled / t, ", "to_scaled, "), "1/t is missing in the derivative"
    ),
    "softmax: x times t": engine(
        "softmax", ("to_scaled / t, ", "to_scaled * t, "), "with respect to x is multiplied by t"
    ),
    "softmax: x with the wrong sign": engine(
        "softmax",
        [("p * (g -", "p * (-g +"), ("-(to_scaled * x)", "(to_scaled * x)")],
        "with respect to x has the wrong sign",
    ),
    "softmax: no sum": engine(
        "softmax", ("p * (g - (g * p).sum(axis=1, keepdims=True))", "p * g"), "has the sum 0"
    ),
    "softmax: the sum over the columns": engine(
        "softmax",
        ("(g * p).sum(axis=1, keepdims=True))", "(g * p).sum(axis=0))"),
        "has the sum 0",
    ),
    "softmax: the sum loses its shape": engine(
        "softmax",
        ("(g * p).sum(axis=1, keepdims=True))", "(g * p).sum(axis=1))"),
        "could not be broadcast",
    ),
    "softmax: nothing for t": engine(
        "softmax",
        (
            "return to_scaled / t, -(to_scaled * x).sum(axis=1, keepdims=True) / t**2",
            "return (to_scaled / t,)",
        ),
        "a tuple with 2 arrays",
    ),
    "softmax: t with the wrong sign": engine(
        "softmax", ("-(to_scaled * x)", "(to_scaled * x)"), "with respect to t has the wrong sign"
    ),
    "softmax: t with 1/t once": engine("softmax", ("/ t**2", "/ t"), "a factor 1/t is missing"),
    "softmax: t with 1/t three times": engine("softmax", ("/ t**2", "/ t**3"), "1/t too many"),
    "softmax: t for each class": engine(
        "softmax",
        ("(to_scaled * x).sum(axis=1, keepdims=True)", "(to_scaled * x)"),
        "with respect to t has to be of shape (3, 1)",
    ),
    "softmax: t for all rows": engine(
        "softmax",
        (
            "(to_scaled * x).sum(axis=1, keepdims=True) / t**2",
            "np.full(t.shape, (to_scaled * x / t**2).sum())",
        ),
        "each row has a t of its own",
    ),
    "softmax: t as a mean": engine(
        "softmax",
        ("(to_scaled * x).sum(axis=1", "(to_scaled * x).mean(axis=1"),
        "is a mean over the row",
    ),
    "softmax: t without x": engine(
        "softmax", ("(to_scaled * x)", "(to_scaled * p)"), "with respect to t is not what"
    ),
    "softmax: the result in a global variable": engine(
        "softmax",
        [("    powers =", "    global p\n    powers =")],
        "after a call of the operation for other operands",
    ),
    "softmax: changes p in place": engine(
        "softmax",
        ("to_scaled = p * (", "p[...] *= 0.5\n        to_scaled = 2 * p * ("),
        "it changes an array that it needs",
    ),
}

RIGHT = {
    "a choice with capitals and spaces": {"edit": {"choice": 'CHOICE = " Recurrent "'}},
    "a choice with a capital": {"edit": ENGINE | {"choice": 'CHOICE = "Engine"'}},
    "relax: neuron by neuron": {
        "edit": {
            "relax": """
def relax(W, s, U, b, X):
    neurons, drive, change = range(len(b)), X @ U + b, 1.0
    columns = [np.zeros(len(X)) for _ in neurons]
    while change > 1e-12:
        new = []
        for j in neurons:
            z = drive[:, j] - s[j] * columns[j]
            for i in neurons:
                z += columns[i] * W[i, j]
            new.append(1 / (1 + np.exp(-z)))
        change = max(np.max(abs(new[j] - columns[j])) for j in neurons)
        columns = new
    return np.column_stack(columns)
"""
        }
    },
    "relax: half of tanh, s in the diagonal of a new W": {
        "edit": {
            "relax": """
def relax(W, s, U, b, X, steps=5000):
    W = W - np.diag(s)
    X = X @ U + b
    A = 0 * X
    for _ in range(steps):
        before, A = A, 0.5 * (1 + np.tanh((A @ W + X) / 2))
        if np.linalg.norm(A - before) < 1e-13:
            break
    return A
""",
            "gradient": ("relax(W, s, U, b, X)", "relax(W, s, U, b, X, steps=5000)"),
        }
    },
    "relax_error: linear equations": {
        "edit": {
            "relax_error": """
def relax_error(W, s, A, e):
    W, e = W.copy(), e.copy()
    W[np.diag_indices(len(W))] = -s
    for a, delta in zip(A, e):
        slope = a * (1 - a)
        delta[:] = np.linalg.solve(np.eye(len(W)) - slope[:, None] * W, delta * slope)
    return e
""",
            "gradient": ("relax_error(W, s, A, e)", "relax_error(W, s=s, A=A, e=e)"),
        }
    },
    "relax_error: from e, with two parts": {
        "edit": {
            "relax_error": """
def relax_error(W, s, A, e):
    D = A - A**2
    direct = e * D
    delta = direct.copy()
    while True:
        new = direct + np.einsum("nj,ij->ni", delta, W) * D - s * delta * D
        if (abs(new - delta) <= 1e-12).all():
            return new
        delta = new
"""
        }
    },
    "gradient: more in the dictionary, sample by sample": {
        "edit": {
            "gradient": """
def gradient(W, s, U, b, X, Y):
    n, k = Y.shape
    A = relax(W, s, U, b, X)
    g = {"dW": 0 * W, "ds": 0 * s, "dU": 0 * U, "db": 0 * b, "A": A, "n": n}
    delta = relax_error(W, s, A, np.hstack([np.zeros((n, len(b) - k)), A[:, -k:] - Y])) / n
    for x, a, d in zip(X, A, delta):
        g["dW"] += np.outer(a, d) * (1 - np.eye(len(b)))
        g["ds"] -= a * d
        g["dU"] += np.outer(x, d)
        g["db"] += d
    return g
"""
        }
    },
    "gradient: lists, and all in one function": {
        "edit": {
            "gradient": """
def gradient(W, s, U, b, X, Y):
    whole, A = W - np.diag(s), np.zeros((len(X), len(W)))
    for _ in range(300):
        A = 1 / (1 + np.exp(-(A @ whole + X @ U + b)))
    first = len(W) - Y.shape[1]
    e, delta = np.zeros_like(A), np.zeros_like(A)
    e[:, first:] = A[:, first:] - Y
    for _ in range(300):
        delta = (e + delta @ whole.T) * A * (1 - A)
    everything = A.T @ delta / len(X)
    X = X.tolist()
    return {
        "db": delta.mean(axis=0).tolist(),
        "dU": (np.array(X).T @ delta / len(X)).tolist(),
        "ds": (-everything.diagonal()).tolist(),
        "dW": (everything * (1 - np.eye(len(W)))).tolist(),
    }
"""
        }
    },
    "relax: each neuron in turn, with the new states of those before it": {
        "edit": {
            "relax": """
def relax(W, s, U, b, X):
    A, drive, change = np.zeros((len(X), len(W))), X @ U + b, 1.0
    while change > 1e-12:
        before = A.copy()
        for j in range(len(W)):
            A[:, j] = 1 / (1 + np.exp(-(A @ W[:, j] - s[j] * A[:, j] + drive[:, j])))
        change = np.abs(A - before).max()
    return A
"""
        }
    },
    "softplus: logaddexp, and a list": {
        "edit": ENGINE
        | {
            "softplus": written(
                "softplus",
                "y = np.logaddexp(0, x)",
                "return [y, lambda g: [g * np.exp(x - y)]]",
            )
        }
    },
    "softplus: two cases, with warnings": {
        "edit": ENGINE
        | {
            "softplus": written(
                "softplus",
                "y = np.where(x > 30, x, np.log1p(np.exp(x)))",
                "def pass_back(g):",
                "    g /= 1 + np.exp(-x)",
                "    return (g,)",
                "return y, pass_back",
            )
        }
    },
    "softplus: in place": {
        "edit": ENGINE
        | {
            "softplus": written(
                "softplus",
                "slope = np.where(x < 0, np.exp(np.minimum(x, 0)), 1) / (1 + np.exp(-np.abs(x)))",
                "np.logaddexp(x, 0, out=x)",
                "return x, lambda g: (slope * g,)",
            )
        }
    },
    "maximum: loops": {
        "edit": ENGINE
        | {
            "maximum": """
def maximum(a, b):
    y = [max(p, q) for p, q in zip(a.ravel(), b.ravel())]

    def pass_back(g):
        to_a, to_b = np.zeros(g.shape), np.zeros(g.shape)
        for place in np.ndindex(*g.shape):
            if a[place] == b[place]:
                to_a[place] = to_b[place] = g[place] / 2
            elif a[place] > b[place]:
                to_a[place] = g[place]
            else:
                to_b[place] = g[place]
        return [to_a, to_b]

    return np.array(y).reshape(a.shape), pass_back
"""
        }
    },
    "maximum: the sign of the difference": {
        "edit": ENGINE
        | {
            "maximum": written(
                "maximum",
                "sign = np.sign(a - b)",
                "y = (a + b + np.abs(a - b)) / 2",
                "return y, lambda g: (g * (1 + sign) / 2, g * (1 - sign) / 2)",
            )
        }
    },
    "softmax: scaled first, with Jacobians": {
        "edit": ENGINE
        | {
            "softmax": """
def softmax(x, t):
    scaled = x / t
    scaled -= scaled.max(axis=1)[:, np.newaxis]
    p = np.exp(scaled - np.log(np.exp(scaled).sum(axis=1))[:, None])

    def pass_back(g):
        jacobians = p[:, :, None] * (np.eye(p.shape[1]) - p[:, None, :])
        back = np.einsum("ni,nij->nj", g, jacobians) / t
        return back, -np.einsum("nj,nj->n", back, x)[:, None] / t

    return p, pass_back
"""
        }
    },
    "softmax: through logarithms, shifted by the mean of the extremes": {
        "edit": ENGINE
        | {
            "softmax": """
def softmax(x, t):
    total = np.logaddexp.reduce(x / t, axis=-1, keepdims=True)
    p = np.exp(x / t - total)

    def pass_back(g):
        inner = g - np.sum(g * p, axis=-1, keepdims=True)
        to_t = -np.sum(p * inner * (x / t), axis=-1, keepdims=True) / t
        return [p * inner / t, to_t]

    return p, pass_back
"""
        }
    },
}
