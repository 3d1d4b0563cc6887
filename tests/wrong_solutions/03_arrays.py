"""Wrong solutions of *Arrays*, and right ones that are written in another way."""

from itertools import islice

BIPOLAR = "Task 2, `bipolar`, is not right yet"
LAYER = "Task 2, `layer`, is not right yet"
FORWARD = "Task 3, `forward`, is not right yet"
GRADIENT = "Task 4, `gradient`, is not right yet"
STANDARDIZE = "Task 6, `standardize`, is not right yet"

AFTER_BIPOLAR = {
    "check_layer": BIPOLAR,
    "check_forward": BIPOLAR,
    "check_gradient": BIPOLAR,
    "check_fit": BIPOLAR,
}
AFTER_LAYER = {"check_forward": LAYER, "check_gradient": LAYER, "check_fit": LAYER}
AFTER_FORWARD = {"check_gradient": FORWARD, "check_fit": FORWARD}
AFTER_GRADIENT = {"check_fit": GRADIENT}
AFTER_STANDARDIZE = {"check_fit": STANDARDIZE}


def shapes_case(old, new, says):
    return {"edit": {"shapes": (old, new)}, "loses": {"check_shapes": says}}


def neurons_case(edit, says):
    return {"edit": {"as_arrays": edit}, "loses": {"check_as_arrays": says}}


def bipolar_case(expression, says):
    return {
        "edit": {"bipolar": ("np.tanh(Z / 2)", expression)},
        "loses": {"check_bipolar": says},
        "also": AFTER_BIPOLAR,
    }


def layer_case(expression, says):
    return {
        "edit": {"layer": ("bipolar(A_in @ W + b)", expression)},
        "loses": {"check_layer": says},
        "also": AFTER_LAYER,
    }


def forward_case(edit, says):
    return {"edit": {"forward": edit}, "loses": {"check_forward": says}, "also": AFTER_FORWARD}


def loss_case(edit, says):
    return {"edit": {"loss": edit}, "loses": {"check_loss": says}}


def gradient_case(edit, says):
    return {"edit": {"gradient": edit}, "loses": {"check_gradient": says}, "also": AFTER_GRADIENT}


def numerical_case(edit, says):
    return {"edit": {"numerical": edit}, "loses": {"check_numerical": says}}


def error_case(edit, says):
    return {"edit": {"largest_error": edit}, "loses": {"check_largest_error": says}}


def standardize_case(expression, says):
    return {
        "edit": {"standardize": ("(X - X_train.mean(axis=0)) / X_train.std(axis=0)", expression)},
        "loses": {"check_standardize": says},
        "also": AFTER_STANDARDIZE,
    }


def fit_case(edit, says):
    return {"edit": {"fit": edit}, "loses": {"check_fit": says}}


SHAPES = {
    "dW2 in the shape of the transposed weights": shapes_case(
        '"dW2": (h, k)', '"dW2": (k, h)', "dW2 has rows and columns exchanged"
    ),
    "samples as columns": shapes_case(
        '"Z1": (n, h)', '"Z1": (h, n)', "Z1 has rows and columns exchanged"
    ),
    "Z1 in the shape of X": shapes_case('"Z1": (n, h)', '"Z1": (n, d)', "Z1 has another shape"),
    "a bias for each row": shapes_case('"db2": (k,)', '"db2": (n, k)', "db2 has another shape"),
    "a bias as a row of a table": shapes_case('"db2": (k,)', '"db2": (1, k)', "the vector b2"),
    "a vector's shape without its comma": shapes_case(
        '"db2": (k,)', '"db2": (k)', "That of a vector has a comma"
    ),
    "dL_dA1 in the shape of delta2": shapes_case(
        '"dL_dA1": (n, h)', '"dL_dA1": (n, k)', "dL_dA1 has another shape"
    ),
    "dW1 in the shape of dW2": shapes_case(
        '"dW1": (d, h)', '"dW1": (h, k)', "dW1 has another shape"
    ),
    "a delta in the shape of a bias": shapes_case(
        '"delta1": (n, h)', '"delta1": (h,)', "delta1 has another shape"
    ),
    "a shape as text": shapes_case('"A2": (n, k)', '"A2": f"({n}, {k})"', "write a tuple"),
    "a set of names for the dictionary": {
        "edit": {"shapes": 'shapes = {"Z1", "A2"}'},
        "loses": {"check_shapes": "shapes must be a dictionary"},
    },
}

NEURONS = {
    "neurons as rows of W": neurons_case(("table[:, 1:].T", "table[:, 1:]"), "*column* of W"),
    "neurons reshaped, not transposed": neurons_case(
        ("table[:, 1:].T", "table[:, 1:].reshape(-1, len(table))"), "To reshape is not to transpose"
    ),
    "the bias last": neurons_case(
        ("table[:, 1:].T, table[:, 0]", "table[:, :-1].T, table[:, -1]"), "not the first"
    ),
    "the bias among the weights": neurons_case(
        ("table[:, 1:].T", "table.T"), "the bias of a neuron is not one of its weights"
    ),
    "the bias as a column": neurons_case(
        ("table[:, 0]", "table[:, :1]"), "b must have the shape (neurons,)"
    ),
    "b before W": neurons_case(
        ("table[:, 1:].T, table[:, 0]", "table[:, 0], table[:, 1:].T"), "W must be a table"
    ),
    "lists for arrays": neurons_case(
        ("table[:, 1:].T, table[:, 0]", "table[:, 1:].T.tolist(), table[:, 0].tolist()"),
        "W must be a NumPy array",
    ),
    "weights and biases printed, not returned": neurons_case(
        ("return table[:, 1:].T, table[:, 0]", "print(table[:, 1:].T, table[:, 0])"),
        "as_arrays must return two arrays",
    ),
}

LOSS = {
    "a squared error divided by the rows alone": loss_case(
        (".mean()", ".sum() / len(Y)"), "divided by n alone"
    ),
    "the loss of chapter 6": loss_case((".mean()", ".sum() / len(Y) / 2"), "that of chapter 6"),
    "half the mean": loss_case((".mean()", ".mean() / 2"), "no factor ½"),
    "the sum of the squares": loss_case((".mean()", ".sum()"), "the sum of all squares"),
    "a loss for each output": loss_case(
        ("float(((A2 - Y) ** 2).mean())", "((A2 - Y) ** 2).mean(axis=0)"), "one number for all"
    ),
    "the root of the mean square": loss_case((".mean()", ".mean() ** 0.5"), "the root of the mean"),
    "absolute differences": loss_case(
        ("((A2 - Y) ** 2)", "abs(A2 - Y)"), "not the mean of all (A2 − Y)²"
    ),
    "no check of the shapes": loss_case(("A2.shape != Y.shape", "False"), "accepts arrays of"),
    "only the rows compared": loss_case(("A2.shape != Y.shape", "len(A2) != len(Y)"), "accepts"),
    "only the sizes compared": loss_case(("A2.shape != Y.shape", "A2.size != Y.size"), "accepts"),
    "only the columns compared": loss_case(
        ("A2.shape != Y.shape", "A2.shape[1] != Y.shape[1]"), "another error than ValueError"
    ),
    "an assertion for the shapes": loss_case(
        (
            "    if A2.shape != Y.shape:\n        raise ValueError(",
            "    assert A2.shape == Y.shape, (",
        ),
        "another error than ValueError",
    ),
    "an error that is returned": loss_case(("raise ValueError", "return ValueError"), "accepts"),
}

NUMERICAL = {
    "a step to one side only": numerical_case(
        [("array[index] = original - 1e-5", "array[index] = original"), ("2e-5", "1e-5")],
        "a step to one side only",
    ),
    "an entry not put back": numerical_case(
        ("            array[index] = original\n", ""), "still moved afterwards"
    ),
    "an entry put back by adding": numerical_case(
        [
            ("array[index] = original + 1e-5", "array[index] += 1e-5"),
            ("array[index] = original - 1e-5", "array[index] -= 2e-5"),
            ("array[index] = original\n", "array[index] += 1e-5\n"),
        ],
        "in its last digit afterwards",
    ),
    "divided by the step": numerical_case(("/ 2e-5", "/ 1e-5"), "twice as large"),
    "divided by twice the distance": numerical_case(("/ 2e-5", "/ 4e-5"), "half as large"),
    "the two values exchanged": numerical_case(("(above - below)", "(below - above)"), "sign"),
    "another step": numerical_case([("1e-5", "1e-4"), ("2e-5", "2e-4")], "the step is not 10⁻⁵"),
    "whole arrays moved": numerical_case(
        [
            ("array[index] = original", "array[...] = original"),
            ("original = array[index]", "original = array.copy()"),
        ],
        "several entries are moved together",
    ),
    "only the first array": numerical_case(
        ("    return derivatives", "        break\n    return derivatives"),
        "all 0: is every array of p measured",
    ),
    "one index for all shapes": numerical_case(
        ("np.ndindex(array.shape)", "range(len(array))"), "several entries are moved together"
    ),
    "a part of the dictionary passed to the function": numerical_case(
        ("function(p)", "function({name: array})"), "with a whole dictionary, like p"
    ),
    "flat lists of derivatives": numerical_case(
        (
            "    return derivatives",
            "    return {name: array.ravel() for name, array in derivatives.items()}",
        ),
        "another shape than its array in p",
    ),
    "a step of 1e-3": numerical_case([("1e-5", "1e-3"), ("2e-5", "2e-3")], "the step is not 10⁻⁵"),
    "copies of the arrays moved": numerical_case(
        ("        for index", "        array = array.copy()\n        for index"),
        "function gets the same numbers at each call",
    ),
    "names of a network": numerical_case(
        (
            "    for name, array in p.items():\n",
            '    for name in ("W1", "b1"):\n        array = p[name]\n',
        ),
        "p has other names here",
    ),
    "two indices for each array": numerical_case(
        ("np.ndindex(array.shape)", "np.ndindex(array.shape[0], array.shape[1])"),
        "may have one dimension",
    ),
    "entries put back at the end of an array": numerical_case(
        [
            ("            array[index] = original\n", ""),
            ("        for index", "        whole = array.copy()\n        for index"),
            ("    return derivatives", "        array[...] = whole\n    return derivatives"),
        ],
        "several entries are moved together",
    ),
    "a shallow copy moved": numerical_case(
        [
            ("    derivatives =", "    p = dict(p)\n    derivatives ="),
            ("            array[index] = original\n", ""),
        ],
        "still moved afterwards",
    ),
}

LARGEST_ERROR = {
    "no absolute values in the size": error_case(
        ("np.maximum(np.abs(a), np.abs(b))", "np.maximum(a, b)"), "−1 and −4 differ by"
    ),
    "no absolute value of the difference": error_case(
        ("np.abs(a - b)", "(a - b)"), "which gradient comes first"
    ),
    "relative to the first alone": error_case(
        ("np.maximum(np.abs(a), np.abs(b))", "np.abs(a)"), "which gradient comes first"
    ),
    "relative to the sum": error_case(
        ("np.maximum(np.abs(a), np.abs(b))", "np.abs(a) + np.abs(b)"), "4 and 1 differ by ¾"
    ),
    "no floor of 1e-8": error_case(
        ("np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-8)", "np.maximum(np.abs(a), np.abs(b))"),
        "nothing is divided by 0",
    ),
    "the floor added": error_case(
        (
            "np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-8)",
            "np.maximum(np.abs(a), np.abs(b)) + 1e-8",
        ),
        "the size is at least 10⁻⁸",
    ),
    "only the last array": error_case(("max(errors)", "errors[-1]"), "every entry of every array"),
    "only the first array compared": error_case(
        ("max(errors)", "errors[0]"), "every entry of every"
    ),
    "the mean of the errors": error_case(
        ("max(errors)", "np.mean(errors)"), "every entry of every array"
    ),
    "an error for each name": error_case(
        ("return float(max(errors))", "return errors"), "must return a number"
    ),
    "arrays paired by their place": error_case(
        ("b = other[name]", "b = list(other.values())[list(one).index(name)]"),
        "arrays of the same name",
    ),
}

# A mistake in one of these stops the visible checks of later tasks, so a notebook has one of them.
CHAIN = {
    "the ordinary sigmoid": bipolar_case("1 / (1 + np.exp(-Z))", "bipolar is σ itself"),
    "tanh of the whole sum": bipolar_case("np.tanh(Z)", "bipolar is tanh(z)"),
    "the sign in the exponent": bipolar_case("2 / (1 + np.exp(Z)) - 1", "the sign in the exponent"),
    "no − 1": bipolar_case("2 / (1 + np.exp(-Z))", "the − 1 is missing"),
    "no factor 2": bipolar_case("1 / (1 + np.exp(-Z)) - 1", "the factor 2 is missing"),
    "the parentheses forgotten": bipolar_case("2 / 1 + np.exp(-Z) - 1", "bipolar is not 2 /"),
    "exp of the module math": {
        "edit": {
            "bipolar": "import math\n\n\ndef bipolar(Z):\n    return 2 / (1 + math.exp(-Z)) - 1"
        },
        "loses": {"check_bipolar": "can be converted to Python scalars"},
        "also": AFTER_BIPOLAR,
    },
    "f of the package": {
        "edit": {
            "bipolar": """
def bipolar(Z):
    from backprop.activations import tanh

    return tanh(Z / 2)
"""
        },
        "loses": {"check_bipolar": "backprop is not available in this assignment"},
        "unseen": ["check_bipolar"],
    },
    "f of the first row alone": bipolar_case("np.tanh(Z[0] / 2)", "an array of the shape of Z"),
    "no bias in the layer": layer_case("bipolar(A_in @ W)", "b is missing"),
    "no activation in the layer": layer_case("A_in @ W + b", "bipolar is missing"),
    "the ordinary sigmoid in the layer": layer_case("1 / (1 + np.exp(-A_in @ W - b))", "uses σ"),
    "the bias added after the activation": layer_case("bipolar(A_in @ W) + b", "than the loops"),
    "W transposed in the layer": layer_case("bipolar(A_in @ W.T + b)", "its shapes do not fit"),
    "elementwise for matrix product": layer_case("bipolar(A_in * W + b)", "its shapes do not fit"),
    "the ordinary sigmoid in the hidden layer": forward_case(
        ('bipolar(X @ p["W1"] + p["b1"])', '1 / (1 + np.exp(-(X @ p["W1"] + p["b1"])))'),
        "A1 comes from the ordinary sigmoid",
    ),
    "tanh in the hidden layer": forward_case(("bipolar(X", "np.tanh(X"), "A1 comes from tanh(z)"),
    "no activation in the hidden layer": forward_case(
        ("bipolar(X", "(X"), "A1 holds the weighted sums"
    ),
    "no b1": forward_case((' + p["b1"]', ""), "A1 is computed without b1"),
    "no b2": forward_case((' + p["b2"]', ""), "A1 is right. A2 is computed without b2"),
    "bipolar in both layers": forward_case(
        (
            '1 / (1 + np.exp(-(A1 @ p["W2"] + p["b2"])))',
            'layer(A1, p["W2"], p["b2"])',
        ),
        "A2 comes from bipolar",
    ),
    "A2 without the sigmoid": forward_case(
        ('1 / (1 + np.exp(-(A1 @ p["W2"] + p["b2"])))', 'A1 @ p["W2"] + p["b2"]'),
        "A2 holds the weighted sums",
    ),
    "a parenthesis of the output layer misplaced": forward_case(
        ('-(A1 @ p["W2"] + p["b2"])', '-A1 @ p["W2"] + p["b2"]'), "A1 is right. A2 is wrong"
    ),
    "Z1 for A1": forward_case(
        [
            ('A1 @ p["W2"]', 'Z1 @ p["W2"]'),
            ("    A1 =", '    Z1 = X @ p["W1"] + p["b1"]\n    A1 ='),
        ],
        "A2 is computed from Z1",
    ),
    "A2 before A1": forward_case(
        (
            'return A1, 1 / (1 + np.exp(-(A1 @ p["W2"] + p["b2"])))',
            'return 1 / (1 + np.exp(-(A1 @ p["W2"] + p["b2"]))), A1',
        ),
        "A1 comes first",
    ),
    "A2 alone": forward_case(("return A1, ", "return "), "forward must return two arrays"),
    "the constant of chapter 6": gradient_case(
        ("2 * (A2 - Y) / Y.size", "(A2 - Y) / len(Y)"), "constant factor: this is the gradient of"
    ),
    "a sum for the mean": gradient_case(
        ("2 * (A2 - Y) / Y.size", "(A2 - Y)"), "sum instead of mean"
    ),
    "no 2 from the square": gradient_case(("2 * (A2", "(A2"), "constant factor"),
    "the sign of the error": gradient_case(("(A2 - Y)", "(Y - A2)"), "sign: every number"),
    "the derivative of the sigmoid in the hidden layer": gradient_case(
        ("(1 - A1**2) / 2", "A1 * (1 - A1)"), "come out as with f′ = a − a², where a is A1"
    ),
    "the derivative of tanh in the hidden layer": gradient_case(
        ("(1 - A1**2) / 2", "(1 - A1**2)"), "f′ = 1 − a², where a is A1. They are twice"
    ),
    "twice the derivative of the sigmoid, of a": gradient_case(
        ("(1 - A1**2) / 2", "2 * A1 * (1 - A1)"),
        "f′ = 2a − 2a², where a is A1. That takes a for σ(z)",
    ),
    "a quarter for a half in the derivative": gradient_case(
        ("(1 - A1**2) / 2", "(1 - A1**2) / 4"), "They are half of what they should be"
    ),
    "the derivative of f in the output layer": gradient_case(
        ("A2 * (1 - A2)", "(1 - A2**2) / 2"), "f belongs to layer 1"
    ),
    "no derivative in the hidden layer": gradient_case(
        (" * (1 - A1**2) / 2", ""), "missing activation derivative"
    ),
    "no derivative in the output layer": gradient_case(
        (" * A2 * (1 - A2)", ""), "missing activation derivative"
    ),
    "the derivative computed from Z1": gradient_case(
        ("(1 - A1**2) / 2", '(1 - (X @ p["W1"] + p["b1"]) ** 2) / 2'), "derivative for A, given Z"
    ),
    "σ′ twice in the output layer": gradient_case(
        ("A2 * (1 - A2)", "(A2 * (1 - A2)) ** 2"), "once too often: f′ is a factor twice"
    ),
    "W2 not transposed": gradient_case(('p["W2"].T', 'p["W2"]'), "transposed weights"),
    "W2 reshaped": gradient_case(
        ('p["W2"].T', 'p["W2"].reshape(p["W2"].shape[::-1])'), "transposed weights"
    ),
    "the error passed on without the delta": gradient_case(
        ("(delta2 @", "(2 * (A2 - Y) / Y.size @"), "error carried back in place of the delta"
    ),
    "the biases' gradient a mean": gradient_case(
        [("delta1.sum", "delta1.mean"), ("delta2.sum", "delta2.mean")],
        "constant factor in the biases",
    ),
    "b2's gradient a mean": gradient_case(
        ("delta2.sum", "delta2.mean"), "Read again: chapter 3, “BP3: the biases”"
    ),
    "the weights' gradient divided again": gradient_case(
        [("X.T @ delta1", "X.T @ delta1 / len(X)"), ("A1.T @ delta2", "A1.T @ delta2 / len(X)")],
        "how its dW is computed",
    ),
    "no gradient of the biases": gradient_case(
        [("delta1.sum(axis=0)", '0 * p["b1"]'), ("delta2.sum(axis=0)", '0 * p["b2"]')],
        "missing bias gradient",
    ),
    "Z1 for A1 in BP4": gradient_case(
        ("A1.T @ delta2", '(X @ p["W1"] + p["b1"]).T @ delta2'), "weighted sums in place of outputs"
    ),
    "biases summed over the neurons": gradient_case(
        ("delta1.sum(axis=0)", "delta1.sum(axis=1)"), "b1 has shape"
    ),
    "a bias' gradient as a row": gradient_case(
        ("delta2.sum(axis=0)", "delta2.sum(axis=0, keepdims=True)"), "b2 has shape"
    ),
    "a dW transposed": gradient_case(("X.T @ delta1", "delta1.T @ X"), "W1 has shape"),
    "other names in the dictionary": gradient_case(('"W1": X', '"dW1": X'), "needs the names W1"),
    "a tuple for the dictionary": gradient_case(
        (
            """    return {
        "W1": X.T @ delta1,
        "b1": delta1.sum(axis=0),
        "W2": A1.T @ delta2,
        "b2": delta2.sum(axis=0),
    }""",
            "    return X.T @ delta1, delta1.sum(axis=0), A1.T @ delta2, delta2.sum(axis=0)",
        ),
        "must return a dictionary",
    ),
    "a step in place of the gradient": gradient_case(
        ("    return {", '    p["b2"] -= 0.1 * delta2.sum(axis=0)\n    return {'),
        "changed p, X or Y",
    ),
    "Y turned into the error": gradient_case(
        ("    delta2 = 2 * (A2 - Y)", "    Y -= A2\n    delta2 = -2 * Y"), "changed p, X or Y"
    ),
    "f′ of the folded cell": {
        "edit": {"gradient": ("(1 - A1**2) / 2", "rise_at(A1)")},
        "loses": {"check_gradient": "backprop is not available in this assignment"},
        "unseen": ["check_gradient"],
    },
    "W2 transposed in the forward pass": forward_case(
        ('A1 @ p["W2"]', 'A1 @ p["W2"].T'), "its shapes do not fit"
    ),
    "the derivatives of the two layers exchanged": gradient_case(
        [("A2 * (1 - A2)", "(1 - A2**2)"), ("(1 - A1**2) / 2", "A1 * (1 - A1)")],
        "come out as with the derivative 1 − a² in layer 2",
    ),
    "a transpose forgotten in BP2 and in BP4": gradient_case(
        ("X.T @ delta1", "X @ delta1"), "its shapes do not fit"
    ),
    "the gradient measured": gradient_case(
        """
def gradient(p, X, Y):
    q = {name: array.copy() for name, array in p.items()}
    slopes = {name: np.zeros(array.shape) for name, array in q.items()}
    for name, array in q.items():
        for index in np.ndindex(array.shape):
            array[index] += 1e-5
            above = np.mean((forward(q, X)[1] - Y) ** 2)
            array[index] -= 2e-5
            below = np.mean((forward(q, X)[1] - Y) ** 2)
            array[index] += 1e-5
            slopes[name][index] = (above - below) / 2e-5
    return slopes
""",
        "as measured derivatives are",
    ),
    "a mean for each row, without its column": standardize_case(
        "(X - X_train.mean(axis=1)) / X_train.std(axis=1)", "its shapes do not fit"
    ),
    "the test part scaled by itself": standardize_case(
        "(X - X.mean(axis=0)) / X.std(axis=0)", "X is moved by its own means"
    ),
    "the test part divided by its own deviation": standardize_case(
        "(X - X_train.mean(axis=0)) / X.std(axis=0)", "X is divided by its own deviations"
    ),
    "one mean for all columns": standardize_case(
        "(X - X_train.mean()) / X_train.std()", "the mean of all columns together"
    ),
    "one deviation for all columns": standardize_case(
        "(X - X_train.mean(axis=0)) / X_train.std()", "all columns are divided by the same"
    ),
    "the variance": standardize_case(
        "(X - X_train.mean(axis=0)) / X_train.var(axis=0)", "by their variances"
    ),
    "the deviation of a sample": standardize_case(
        "(X - X_train.mean(axis=0)) / X_train.std(axis=0, ddof=1)", "divides by n − 1"
    ),
    "not divided": standardize_case("X - X_train.mean(axis=0)", "are not divided by"),
    "no mean subtracted": standardize_case("X / X_train.std(axis=0)", "means are not subtracted"),
    "scaled to 0 and 1": standardize_case(
        "(X - X_train.min(axis=0)) / (X_train.max(axis=0) - X_train.min(axis=0))",
        "must get the mean 0",
    ),
    "the mean of each row": standardize_case(
        "(X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)",
        "the mean of each row is subtracted",
    ),
    "the training rows returned": standardize_case(
        "(X_train - X_train.mean(axis=0)) / X_train.std(axis=0)", "of the shape of X"
    ),
    "standardized in place": {
        "edit": {
            "standardize": """
def standardize(X_train, X):
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    X -= mean
    X /= deviation
    return X
"""
        },
        "loses": {"check_standardize": "changed one of its arrays"},
        "also": AFTER_STANDARDIZE,
    },
    "a learning rate for another loss": fit_case(("12.0 *", "0.02 *"), "the loss still falls"),
    "too few steps": fit_case(("range(80)", "range(3)"), "the loss still falls"),
    "uphill": fit_case(("-= 12.0", "+= 12.0"), "the sign of the step"),
    "initial weights of 0": fit_case(
        [
            ("generator.normal(size=(4, 6)) / 2", "np.zeros((4, 6))"),
            ("generator.normal(size=(6, 3)) / 6**0.5", "np.zeros((6, 3))"),
        ],
        "all hidden neurons are the same",
    ),
    "steps that are too long": fit_case(("12.0 *", "20000 *"), "the steps are too long"),
    "the rows of all irises": fit_case(
        [
            ("    generator =", "    X, Y = load_irises()\n    generator ="),
            ("gradient(p, X, Y)", "gradient(p, (X - X.mean(axis=0)) / X.std(axis=0), Y)"),
        ],
        "must learn from the X and Y that it is passed",
    ),
    "only the weights learn": fit_case(("for name in p:", 'for name in ("W2", "b2"):'), "92 %"),
    "no seed": fit_case(
        ("default_rng(seed)", "default_rng()"), "other parameters for the same seed"
    ),
    "nothing returned": fit_case(("    return p", "    print(p)"), "fit must return a dictionary"),
    "the trained weights alone": fit_case(
        ("    return p", '    return {"W1": p["W1"], "W2": p["W2"]}'),
        "fit must return a dictionary",
    ),
    "neurons as rows of fit's W": fit_case(
        ("    return p", "    return {name: p[name].T for name in p}"), "W1 must have shape"
    ),
    "data of another cell": fit_case(("gradient(p, X, Y)", "gradient(p, X_all, Y)"), "X_all"),
}


def assembled():
    """The notebooks: each has a mistake of the chain, and the first also one of each other task.

    A mistake costs points once, so those of different tasks can be in one notebook.
    """
    others = [iter(task.items()) for task in (SHAPES, NEURONS, LOSS, NUMERICAL, LARGEST_ERROR)]
    notebooks = {}
    for title, case in CHAIN.items():
        found = [(title, case), *(item for task in others for item in islice(task, 1))]
        notebook = {"edit": {}, "loses": {}, "also": {}, "unseen": case.get("unseen", [])}
        for _, own in found:
            for key in ("edit", "loses", "also"):
                notebook[key] |= own.get(key, {})
        notebooks["; ".join(title for title, _ in found)] = notebook
    assert not any(list(task) for task in others)
    return notebooks


WRONG = assembled()

RIGHT = {
    "lists, integers and more names in the shapes": {
        "edit": {
            "shapes": """
n, d, h, k = sizes_of(STUDENT).values()
shapes = {"X": (n, d), "W1": (d, h), "Z1": [n, h], "A2": np.array([n, k]), "A1": (n, h)}
shapes |= {"delta2": (np.int64(n), k), "dW2": np.zeros((h, k)).shape, "db2": [k], "b2": (k,)}
shapes |= {"dL_dA1": (n, h), "delta1": (n, h), "dW1": (d, h)}
"""
        }
    },
    "neurons one by one": {
        "edit": {
            "as_arrays": """
def as_arrays(neurons):
    W = np.zeros((len(neurons[0]) - 1, len(neurons)), dtype=np.float32)
    for j, (_, *weights) in enumerate(neurons):
        W[:, j] = weights
    return [W, np.array([neuron[0] for neuron in neurons])]
"""
        }
    },
    "columns side by side": {
        "edit": {
            "as_arrays": """
def as_arrays(neurons):
    W = np.column_stack([neuron[1:] for neuron in neurons])
    b = np.array([neuron.pop(0) for neuron in neurons])
    return W, b
"""
        }
    },
    "f with e^(−z)": {"edit": {"bipolar": ("np.tanh(Z / 2)", "2 / (1 + np.exp(-Z)) - 1")}},
    "f with e^z": {"edit": {"bipolar": ("np.tanh(Z / 2)", "(np.exp(Z) - 1) / (np.exp(Z) + 1)")}},
    "f in place": {
        "edit": {
            "bipolar": """
def bipolar(Z):
    Z *= -1
    np.exp(Z, out=Z)
    Z += 1
    np.divide(2, Z, out=Z)
    Z -= 1
    return Z
"""
        }
    },
    "f number by number": {
        "edit": {
            "bipolar": """
import math


@np.vectorize
def bipolar(z):
    return 2 / (1 + math.exp(-z)) - 1
"""
        }
    },
    "a layer by loops": {
        "edit": {
            "layer": """
def layer(A_in, W, b):
    A = np.zeros((len(A_in), len(b)))
    for i, row in enumerate(A_in):
        for j in range(len(b)):
            A[i, j] = bipolar(row @ W[:, j] + b[j])
    return A
"""
        }
    },
    "a layer with a column of ones": {
        "edit": {
            "layer": """
def layer(A_in, W, b):
    with_ones = np.hstack([np.ones((len(A_in), 1)), A_in])
    return bipolar(with_ones @ np.vstack([b, W]))
"""
        }
    },
    "forward with layer, and a helper": {
        "edit": {
            "forward": """
def sigmoid_of(Z):
    return (1 + np.tanh(Z / 2)) / 2


def forward(p, X):
    A1 = layer(X, p["W1"], p["b1"])
    return [A1, sigmoid_of(A1 @ p["W2"] + p["b2"])]
"""
        }
    },
    "forward in place": {
        "edit": {
            "forward": """
def forward(p, X):
    X = X @ p["W1"]
    X += p["b1"]
    A1 = bipolar(X)
    A2 = A1 @ p["W2"]
    A2 += p["b2"]
    A2 = (bipolar(A2) + 1) / 2
    return A1, A2
"""
        }
    },
    "a loss in place, of NumPy's type": {
        "edit": {
            "loss": """
def loss(A2, Y):
    if np.shape(A2) != np.shape(Y):
        raise ValueError
    A2 -= Y
    A2 *= A2
    n, k = Y.shape
    return np.asarray(A2.sum() / n / k)
"""
        }
    },
    "a gradient row by row, with more names": {
        "edit": {
            "gradient": """
def gradient(p, X, Y):
    A1, A2 = forward(p, X)
    sums = {name: np.zeros_like(array) for name, array in p.items()}
    for x, a1, a2, y in zip(X, A1, A2, Y):
        d2 = (a2 - y) * a2 * (1 - a2)
        d1 = p["W2"] @ d2 * (1 + a1) * (1 - a1) / 2
        for name, row, delta in [("1", x, d1), ("2", a1, d2)]:
            sums["W" + name] += np.outer(row, delta)
            sums["b" + name] += delta
    n, k = Y.shape
    return {name: 2 * total / (n * k) for name, total in sums.items()} | {"A2": A2}
"""
        }
    },
    "a gradient with the loss, which fit uses": {
        "edit": {
            "gradient": [("    return {", '    return {\n        "loss": ((A2 - Y) ** 2).mean(),')],
            "fit": (
                "        for name in p:",
                '        assert derivatives["loss"] < 1\n        for name in p:',
            ),
        }
    },
    "a gradient with its own forward pass": {
        "edit": {
            "gradient": """
def gradient(p, X, Y):
    Z1 = X @ p["W1"] + p["b1"]
    s1 = 1 / (1 + np.exp(-Z1))
    A1 = 2 * s1 - 1
    s2 = 1 / (1 + np.exp(-(A1 @ p["W2"] + p["b2"])))
    n, k = Y.shape
    G = (s2 - Y) * 2 / k
    G *= s2 * (1 - s2)
    dW2, db2 = np.einsum("ni,nj->ij", A1, G) / n, G.mean(axis=0)
    D = np.dot(G, p["W2"].transpose()) * 2 * s1 * (1 - s1)
    dW1, db1 = np.dot(X.T, D) / n, np.ones(n) @ D / n
    return dict(b2=db2, W2=dW2, b1=db1, W1=dW1)
"""
        }
    },
    "derivatives measured on a copy, in flat order": {
        "edit": {
            "numerical": """
def numerical_gradient(function, p):
    result = {}
    for name in p:
        values = []
        for i in range(p[name].size):
            pair = []
            for step in (1e-5, -1e-5):
                q = {key: np.array(array) for key, array in p.items()}
                q[name].flat[i] += step
                pair.append(function(q))
            values.append((pair[0] - pair[1]) / (2 * 1e-5))
        result[name] = np.reshape(values, p[name].shape)
    return result
"""
        }
    },
    "the largest error by a loop": {
        "edit": {
            "largest_error": """
def largest_error(one, other):
    worst = 0
    for name in one:
        for a, b in zip(one[name].flatten(), other[name].flatten()):
            worst = max(worst, abs(a - b) / max(abs(a), abs(b), 1e-8))
    return worst
"""
        }
    },
    "the largest error of one long vector": {
        "edit": {
            "largest_error": """
def largest_error(one, other):
    names = sorted(one)
    a, b = (np.concatenate([d[name].ravel() for name in names]) for d in (one, other))
    return np.max(np.abs(a - b) / np.maximum.reduce([abs(a), abs(b), np.full(a.shape, 1e-8)]))
"""
        }
    },
    "standardized column by column": {
        "edit": {
            "standardize": """
def standardize(X_train, X):
    result = np.empty(X.shape)
    for j in range(X.shape[1]):
        column = X_train[:, j]
        m = column.sum() / len(column)
        result[:, j] = (X[:, j] - m) / (((column - m) ** 2).sum() / len(column)) ** 0.5
    return result
"""
        }
    },
    "standardized on a copy": {
        "edit": {
            "standardize": """
def standardize(X_train, X):
    X = X.copy()
    X -= np.mean(X_train, axis=0)
    X /= np.sqrt(np.var(X_train, axis=0))
    return X
"""
        }
    },
    "many small steps, and more names": {
        "edit": {
            "fit": """
def fit(X, Y, seed):
    rng = np.random.default_rng(seed)
    h = 10
    p = {"b1": np.zeros(h), "b2": np.zeros(3)}
    p["W1"] = rng.uniform(-0.5, 0.5, (4, h))
    p["W2"] = rng.uniform(-0.5, 0.5, (h, 3))
    history = []
    for step in range(1000):
        g = gradient(p, X, Y)
        p = {name: p[name] - 2 * g[name] for name in p}
        if step % 100 == 0:
            history.append(loss(forward(p, X)[1], Y))
    return p | {"history": history}
"""
        }
    },
    "momentum, and two hidden neurons": {
        "edit": {
            "fit": """
def fit(X, Y, seed):
    rng = np.random.default_rng(seed)
    p = {"W1": rng.normal(size=(4, 2)), "b1": np.zeros(2)}
    p |= {"W2": rng.normal(size=(2, 3)), "b2": np.zeros(3)}
    v = {name: 0 * p[name] for name in p}
    for _ in range(200):
        g = gradient(p, X, Y)
        for name in p:
            v[name] = 0.9 * v[name] - 0.5 * g[name]
            p[name] += v[name]
    return p
"""
        }
    },
    "the name with capitals and spaces": {"edit": {"student": 'STUDENT = " Reference "'}},
}
