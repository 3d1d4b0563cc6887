"""Wrong solutions of *Detective*: the programs as they were, fixed wrongly, or fixed in part.

`RIGHT` has correct solutions in other forms than the reference: each keeps all points.
"""

WRONG = {
    "case 1 as it was; case 4 as it was": {
        "edit": {
            "fit": (".reshape(-1, 1)", ""),
            "run": [("X[train].mean", "X.mean"), ("X[train].std", "X.std")],
        },
        "loses": {
            "check_fit": "a point of weight 0 changes the line as much as any other",
            "check_run": "the bug is still there: 4 was added to the rows of the test",
        },
    },
    "case 1 with the shares as a row; case 4 with the deviation of all rows": {
        "edit": {"fit": (".reshape(-1, 1)", ".reshape(1, -1)"), "run": ("X[train].std", "X.std")},
        "loses": {
            "check_fit": "a point of weight 0 changes the line as much as any other",
            "check_run": "changed: the rows of the test still take part in the training",
        },
    },
    "case 1 with the fix in the slope alone; case 4 with the mean of all rows": {
        "edit": {
            "fit": [
                (".reshape(-1, 1)", ""),
                ("(shares * error * x)", "(shares[:, None] * error * x)"),
            ],
            "run": ("X[train].mean", "X.mean"),
        },
        "loses": {
            "check_fit": "the slope is right, but the intercept is not",
            "check_run": "changed: the rows of the test still take part in the training",
        },
    },
    "case 1 with the fix in the intercept alone; case 4 with the numbers of the test": {
        "edit": {
            "fit": [
                (".reshape(-1, 1)", ""),
                ("(shares * error).mean", "(shares[:, None] * error).mean"),
            ],
            "run": ("X[train]", "X[test]"),
        },
        "loses": {
            "check_fit": "the intercept is right, but the slope is not",
            "check_run": "changed: the rows of the test still take part in the training",
        },
    },
    "case 1 without shares; case 4 with the test scaled by itself": {
        "edit": {
            "fit": ("weights / weights.mean()", "weights"),
            "run": (
                "    w, b = np.zeros",
                "    Z[test] = (X[test] - X[test].mean(axis=0)) / X[test].std(axis=0)\n"
                "    w, b = np.zeros",
            ),
        },
        "loses": {
            "check_fit": "only the proportions of the weights matter",
            "check_run": "not right: the prediction for one row of the test changes",
        },
    },
    "case 1 with shares that add up to 1, and a mean; case 4 trained on all rows": {
        "edit": {
            "fit": ("weights.mean()", "weights.sum()"),
            "run": [
                ("Z[train] @ w + b) - y[train]) / train.sum()", "Z @ w + b) - y) / len(y)"),
                ("error @ Z[train]", "error @ Z"),
            ],
        },
        "loses": {
            "check_fit": "(The factor is 0.1111.)",
            "check_run": "changed: the rows of the test still take part in the training",
        },
    },
    "case 1 with sums; case 4 without scaling": {
        "edit": {
            "fit": [
                ("(shares * error * x).mean()", "(shares * error * x).sum()"),
                ("(shares * error).mean", "(shares * error).sum"),
            ],
            "run": ("(X - X[train].mean(axis=0)) / X[train].std(axis=0)", "X"),
        },
        "loses": {
            "check_fit": "(The factor is 9.)",
            "check_run": "the columns must still be scaled",
        },
    },
    "case 1 uphill; case 4 centred, but not scaled": {
        "edit": {
            "fit": [("slope -=", "slope +="), ("intercept -=", "intercept +=")],
            "run": (" / X[train].std(axis=0)", ""),
        },
        "loses": {
            "check_fit": "sign: every number has the wrong sign",
            "check_run": "the columns must still be scaled",
        },
    },
    "case 1 uphill in the slope; case 4 scaled by one number for all columns": {
        "edit": {"fit": ("slope -=", "slope +="), "run": (".std(axis=0)", ".std()")},
        "loses": {
            "check_fit": "the intercept is right, but the slope is not",
            "check_run": "the columns must still be scaled",
        },
    },
    "case 1 with squared weights; case 4 with predictions from unscaled rows": {
        "edit": {
            "fit": ("shares * error", "shares**2 * error"),
            "run": ("sigmoid(Z[test] @ w + b)", "sigmoid(X[test] @ w + b)"),
        },
        "loses": {
            "check_fit": "counts like two points in the same place",
            "check_run": "the predictions of your run differ",
        },
    },
    "case 1 with weights of 0 and 1 alone; case 4 with predictions for the rows to train on": {
        "edit": {
            "fit": (
                "    shares = (weights / weights.mean()).reshape(-1, 1)",
                "    x, y = x[weights > 0], y[weights > 0]\n    shares = np.ones((len(x), 1))",
            ),
            "run": ("sigmoid(Z[test] @ w + b)", "sigmoid(Z[train] @ w + b)"),
        },
        "loses": {
            "check_fit": "counts like two points in the same place",
            "check_run": "predictions of shape (18,), where (6,) is needed",
        },
    },
    "case 1 with the weights in the errors; case 4 with predictions for all rows": {
        "edit": {
            "fit": (
                "error = slope * x + intercept - y",
                "error = shares * (slope * x + intercept) - y",
            ),
            "run": ("sigmoid(Z[test] @ w + b)", "sigmoid(Z @ w + b)"),
        },
        "loses": {
            "check_fit": "the first step is right, but after more steps the slope is not",
            "check_run": "predictions of shape (24,), where (6,) is needed",
        },
    },
    "case 1 with the errors of the first line in every step; case 4 with classes for predictions": {
        "edit": {
            "fit": (
                "    for _ in range(steps):\n        error = slope * x + intercept - y",
                "    error = -y\n    for _ in range(steps):",
            ),
            "run": ("sigmoid(Z[test] @ w + b)", "(sigmoid(Z[test] @ w + b) > 0.5).astype(float)"),
        },
        "loses": {
            "check_fit": "the first step is right, but after more steps the slope is not",
            "check_run": "the predictions of your run differ",
        },
    },
    "case 1 with one step too few; case 4 with a sum": {
        "edit": {"fit": ("range(steps)", "range(1, steps)"), "run": (" / train.sum()", "")},
        "loses": {
            "check_fit": "slope and intercept are still 0",
            "check_run": "the first step is 18 times as long",
        },
    },
    "case 1 with the new slope for the intercept; case 4 without predictions": {
        "edit": {
            "fit": (
                "        intercept -=",
                "        error = slope * x + intercept - y\n        intercept -=",
            ),
            "run": (", sigmoid(Z[test] @ w + b)", ""),
        },
        "loses": {
            "check_fit": "the slope is right, but the intercept is not",
            "check_run": "yours returns a tuple of length 2",
        },
    },
    "case 1 returns the slope alone; case 4 with the mean taken over all rows": {
        "edit": {
            "fit": ("return float(slope), float(intercept)", "return float(slope)"),
            "run": (" / train.sum()", " / len(X)"),
        },
        "loses": {
            "check_fit": "fit returns two numbers, (slope, intercept); yours returns a float",
            "check_run": "the first step is 0.5 times as long",
        },
    },
    "case 1 prints; case 4 with the deviation of a sample": {
        "edit": {
            "fit": ("return float(slope), float(intercept)", "print(slope, intercept)"),
            "run": (".std(axis=0)", ".std(axis=0, ddof=1)"),
        },
        "loses": {
            "check_fit": "yours returns None, as without a return",
            "check_run": "the weights of your run differ",
        },
    },
    "case 1 in the wrong order; case 4 with a deviation along the rows": {
        "edit": {
            "fit": (
                "return float(slope), float(intercept)",
                "return float(intercept), float(slope)",
            ),
            "run": ("X[train].std(axis=0)", "X.std(axis=1)[:, None]"),
        },
        "loses": {
            "check_fit": "slope and intercept are exchanged",
            "check_run": "the columns must still be scaled",
        },
    },
    "case 1 with a division by the weights": {
        "edit": {"fit": ("shares * error", "error / shares")},
        "loses": {"check_fit": "slope or intercept is not a finite number"},
    },
    "case 2 as it was; case 5 as it was": {
        "edit": {
            "step": "def step(p, X, Y, rate):\n    broken_step(p, X, Y, rate)\n",
            "encode": ("sorted(set(labels))", "list(set(labels))"),
        },
        "loses": {
            "check_step": "is another gradient for each rate",
            "check_encode": "the names are not in alphabetical order",
        },
    },
    "case 2 with a shallow copy; case 5 in the order of the rows": {
        "edit": {
            "step": ('    W2 = p["W2"].copy()', '    old = p.copy()\n    W2 = old["W2"]'),
            "encode": ("sorted(set(labels))", "list(dict.fromkeys(labels))"),
        },
        "loses": {
            "check_step": "is another gradient for each rate",
            "check_encode": "in the order of the rows",
        },
    },
    "case 2 on a copy that is lost; case 5 from the last name to the first": {
        "edit": {
            "step": (
                '    W2 = p["W2"].copy()',
                '    p = copy.deepcopy(p)\n    W2 = p["W2"].copy()',
            ),
            "encode": ("sorted(set(labels))", "sorted(set(labels), reverse=True)"),
        },
        "loses": {
            "check_step": "the step left p as it was",
            "check_encode": "from the last to the first",
        },
    },
    "case 2 with new parameters returned; case 5 sorted by how often": {
        "edit": {
            "step": [
                ('    W2 = p["W2"].copy()', '    p = copy.deepcopy(p)\n    W2 = p["W2"].copy()'),
                (
                    'p["b1"] -= rate * delta1.sum(axis=0)',
                    'p["b1"] -= rate * delta1.sum(axis=0)\n    return p',
                ),
            ],
            "encode": ("sorted(set(labels))", "sorted(set(labels), key=labels.count)"),
        },
        "loses": {
            "check_step": "the step left p as it was",
            "check_encode": "not right: the names are not in alphabetical order",
        },
    },
    "case 2 without the slope of the hidden layer; case 5 with every label a name": {
        "edit": {
            "step": (" * A1 * (1 - A1)", ""),
            "encode": ("sorted(set(labels))", "sorted(labels)"),
        },
        "loses": {
            "check_step": "That concerns layer 1 (W1, b1).",
            "check_encode": "some names are there several times",
        },
    },
    "case 2 without the slope of the output; case 5 with the names of the wheat": {
        "edit": {
            "step": (" * A2 * (1 - A2)", ""),
            "encode": ("sorted(set(labels))", '["Canadian", "Kama", "Rosa"]'),
        },
        "loses": {"check_step": "That concerns layer 2 (W2, b2).", "check_encode": "'sss'"},
    },
    "case 2 with the weights reshaped; case 5 with names of its own when unknown": {
        "edit": {
            "step": ("W2.T", "W2.reshape(W2.T.shape)"),
            "encode": [
                ("sorted(set(labels))", '["Canadian", "Kama", "Rosa"]'),
                ("numbers[label]", "numbers.get(label, 0)"),
            ],
        },
        "loses": {
            "check_step": "transposed weights: ",
            "check_encode": "the names are not those of the labels",
        },
    },
    "case 2 with the copy in the wrong layer; case 5 numbered from 1": {
        "edit": {
            "step": [
                ('W2 = p["W2"].copy()', 'W1 = p["W1"].copy()'),
                ("@ W2", '@ p["W2"]'),
                ('X @ p["W1"]', "X @ W1"),
            ],
            "encode": ("enumerate(names)", "enumerate(names, 1)"),
        },
        "loses": {
            "check_step": "is another gradient for each rate",
            "check_encode": "the first name has the number 0",
        },
    },
    "case 2 with a forward pass after the first update; case 5 with the names sorted too late": {
        "edit": {
            "step": (
                "    delta1",
                '    A1 = sigmoid(X @ p["W1"] + p["b1"])\n'
                '    A2 = sigmoid(A1 @ p["W2"] + p["b2"])\n'
                "    delta2 = (A2 - Y) * A2 * (1 - A2) / len(X)\n"
                "    delta1",
            ),
            "encode": [
                ("sorted(set(labels))", "list(set(labels))"),
                ("label in labels], names", "label in labels], sorted(names)"),
            ],
        },
        "loses": {
            "check_step": "the first wrong layer is layer 1 (W1, b1)",
            "check_encode": "the numbers do not lead back to the labels",
        },
    },
    "case 2 without the rate; case 5 with the names first": {
        "edit": {
            "step": ("rate * ", ""),
            "encode": (
                "return [numbers[label] for label in labels], names",
                "return names, [numbers[label] for label in labels]",
            ),
        },
        "loses": {
            "check_step": "a step is rate × gradient",
            "check_encode": "the second list has the classes' names",
        },
    },
    "case 2 with sums; case 5 with the table of numbers": {
        "edit": {
            "step": (" / len(X)", ""),
            "encode": (
                "return [numbers[label] for label in labels], names",
                "return numbers, names",
            ),
        },
        "loses": {
            "check_step": "sum instead of mean: ",
            "check_encode": "encode returns two lists",
        },
    },
    "case 2 with means of means; case 5 without the names": {
        "edit": {
            "step": [("delta2.sum(", "delta2.mean("), ("delta1.sum(", "delta1.mean(")],
            "encode": ("for label in labels], names", "for label in labels]"),
        },
        "loses": {
            "check_step": "constant factor in the biases: ",
            "check_encode": "yours returns a list of length 120",
        },
    },
    "case 2 without the biases; case 5 with a generator": {
        "edit": {
            "step": [
                ('    p["b2"] -= rate * delta2.sum(axis=0)\n', ""),
                ('    p["b1"] -= rate * delta1.sum(axis=0)', ""),
            ],
            "encode": (
                "[numbers[label] for label in labels]",
                "(numbers[label] for label in labels)",
            ),
        },
        "loses": {
            "check_step": "missing bias gradient: ",
            "check_encode": "encode returns two lists",
        },
    },
    "case 2 with the last layer alone; case 5 with a number for each class": {
        "edit": {
            "step": [
                ('    p["W1"] -= rate * X.T @ delta1\n', ""),
                ('    p["b1"] -= rate * delta1.sum(axis=0)', ""),
            ],
            "encode": ("for label in labels]", "for label in names]"),
        },
        "loses": {
            "check_step": "error not carried back: ",
            "check_encode": "one whole number for each label",
        },
    },
    "case 2 uphill; case 5 with nothing from sort": {
        "edit": {
            "step": ("-= rate", "+= rate"),
            "encode": ("names = sorted(set(labels))", "names = list(set(labels)).sort()"),
        },
        "loses": {
            "check_step": "sign: every number has the wrong sign",
            "check_encode": "'NoneType' object is not iterable",
        },
    },
    "case 3 as it was; case 6 as it was": {
        "edit": {
            "gradient": (".sum(axis=0)", ".sum()"),
            "accuracy": (
                "float((scores.argmax(axis=1) == Y.argmax(axis=1)).mean())",
                "float(((scores > 0.5) == Y).mean())",
            ),
        },
        "loses": {
            "check_gradient": "the gradient with respect to b1 differs widely",
            "check_accuracy": "a share of 0.286; yours is 0.750",
        },
    },
    "case 3 with the fix in b2 alone; case 6 with a threshold for whole rows": {
        "edit": {
            "gradient": ("delta1.sum(axis=0)", "delta1.sum()"),
            "accuracy": (
                "float((scores.argmax(axis=1) == Y.argmax(axis=1)).mean())",
                "float(((scores > 0.5) == Y).all(axis=1).mean())",
            ),
        },
        "loses": {
            "check_gradient": "the gradient with respect to b1 has shape ()",
            "check_accuracy": "outputs are all below one half",
        },
    },
    "case 3 with the fix in b1 alone; case 6 rounded": {
        "edit": {
            "gradient": ("delta2.sum(axis=0)", "delta2.sum()"),
            "accuracy": (
                "float((scores.argmax(axis=1) == Y.argmax(axis=1)).mean())",
                "float((scores.round() == Y).all(axis=1).mean())",
            ),
        },
        "loses": {
            "check_gradient": "the gradient with respect to b2 has shape ()",
            "check_accuracy": "outputs are all below one half",
        },
    },
    "case 3 with the same number in an array; case 6 with the largest of each column": {
        "edit": {
            "gradient": [
                ("delta1.sum(axis=0)", 'np.full_like(p["b1"], delta1.sum())'),
                ("delta2.sum(axis=0)", 'np.full_like(p["b2"], delta2.sum())'),
            ],
            "accuracy": ("axis=1", "axis=0"),
        },
        "loses": {
            "check_gradient": "the gradient with respect to b1 differs widely",
            "check_accuracy": "times the number of rows it is not a whole number",
        },
    },
    "case 3 with sums over the wrong axis; case 6 with the largest of all": {
        "edit": {"gradient": ("axis=0", "axis=1"), "accuracy": ("axis=1", "")},
        "loses": {
            "check_gradient": "the gradient with respect to b1 has shape (15,)",
            "check_accuracy": "this says that no row is right. Print what is compared",
        },
    },
    "case 3 with biases as rows; case 6 with the number of right rows": {
        "edit": {
            "gradient": ("axis=0", "axis=0, keepdims=True"),
            "accuracy": (".mean()", ".sum()"),
        },
        "loses": {
            "check_gradient": "the gradient with respect to b1 has shape (1, 6)",
            "check_accuracy": "this is how many rows are right",
        },
    },
    "case 3 with means; case 6 as a percentage": {
        "edit": {
            "gradient": (".sum(axis=0)", ".mean(axis=0)"),
            "accuracy": (
                "float((scores.argmax(axis=1) == Y.argmax(axis=1)).mean())",
                "100 * float((scores.argmax(axis=1) == Y.argmax(axis=1)).mean())",
            ),
        },
        "loses": {
            "check_gradient": "constant factor in the biases: ",
            "check_accuracy": "this is a percentage",
        },
    },
    "case 3 with the other delta; case 6 as an error rate": {
        "edit": {"gradient": ('"b1": delta1', '"b1": delta2'), "accuracy": ("==", "!=")},
        "loses": {
            "check_gradient": "the gradient with respect to b1 has shape (3,)",
            "check_accuracy": "whose class is predicted wrong",
        },
    },
    "case 3 with deltas as they are; case 6 with one-hot rows of the largest, entry by entry": {
        "edit": {
            "gradient": (".sum(axis=0)", ""),
            "accuracy": (
                "float((scores.argmax(axis=1) == Y.argmax(axis=1)).mean())",
                "float(((scores == scores.max(axis=1, keepdims=True)) == Y).mean())",
            ),
        },
        "loses": {
            "check_gradient": "the gradient with respect to b1 has shape (15, 6)",
            "check_accuracy": "each is right or wrong as a whole",
        },
    },
    "case 3 without the mean; case 6 with an array of right and wrong": {
        "edit": {
            "gradient": (" / len(X)", ""),
            "accuracy": (
                "float((scores.argmax(axis=1) == Y.argmax(axis=1)).mean())",
                "scores.argmax(axis=1) == Y.argmax(axis=1)",
            ),
        },
        "loses": {
            "check_gradient": "sum instead of mean: ",
            "check_accuracy": "yours returns an array of shape (7,)",
        },
    },
    "case 3 without a condition; case 6 with a text": {
        "edit": {
            "gradient": (" * (Z1 > 0)", ""),
            "accuracy": (
                "float((scores.argmax(axis=1) == Y.argmax(axis=1)).mean())",
                'f"{(scores.argmax(axis=1) == Y.argmax(axis=1)).mean():.3f}"',
            ),
        },
        "loses": {
            "check_gradient": "missing activation derivative: ",
            "check_accuracy": "yours returns a str",
        },
    },
    "case 3 with another slope; case 6 with the smallest": {
        "edit": {"gradient": ("(Z1 > 0)", "Z1"), "accuracy": ("scores.argmax", "scores.argmin")},
        "loses": {
            "check_gradient": "the first wrong layer is layer 1 (W1, b1)",
            "check_accuracy": "The class with the largest output of its row is predicted",
        },
    },
    "case 3 with the slope of a sigmoid; case 6 with the true classes alone": {
        "edit": {
            "gradient": ("(Z1 > 0)", "A1 * (1 - A1)"),
            "accuracy": ("scores.argmax(axis=1) == Y", "Y.argmax(axis=1) == Y"),
        },
        "loses": {
            "check_gradient": "derivative of another activation: ",
            "check_accuracy": "this says that every row is right",
        },
    },
    "case 3 returns a tuple; case 6 over the classes": {
        "edit": {
            "gradient": [
                ("    return {", "    return ("),
                ('"W1": ', ""),
                ('"b1": ', ""),
                ('"W2": ', ""),
                ('"b2": ', ""),
                ("    }", "    )"),
            ],
            "accuracy": (".mean())", ".sum() / Y.shape[1])"),
        },
        "loses": {
            "check_gradient": "is not a dictionary: it returns a tuple of length 4",
            "check_accuracy": "times the number of rows it is not a whole number",
        },
    },
    "case 2 and case 3 with the measured gradient": {
        "edit": {
            "step": """
def step(p, X, Y, rate):
    gradient = measured_gradient(lambda p: step_loss(p, X, Y), p)
    for name in p:
        p[name] -= rate * gradient[name]
""",
            "gradient": """
def gradient(p, X, Y):
    return measured_gradient(lambda p: cross_entropy(p, X, Y), p)
""",
        },
        "loses": {
            "check_step": "A gradient that is measured by differences goes wrong there",
            "check_gradient": "A gradient that is measured by differences goes wrong there",
        },
    },
    "case 2 and case 3 with differences of their own, to one side": {
        "edit": {
            "step": """
def step(p, X, Y, rate):
    before, loss = copy.deepcopy(p), step_loss(p, X, Y)
    for name, part in before.items():
        for index in np.ndindex(part.shape):
            moved = copy.deepcopy(before)
            moved[name][index] += 1e-7
            p[name][index] -= rate * (step_loss(moved, X, Y) - loss) / 1e-7
""",
            "gradient": """
def gradient(p, X, Y):
    found, loss = {}, cross_entropy(p, X, Y)
    for name, part in p.items():
        found[name] = np.zeros(part.shape)
        for index in np.ndindex(part.shape):
            moved = copy.deepcopy(p)
            moved[name][index] += 1e-8
            found[name][index] = (cross_entropy(moved, X, Y) - loss) / 1e-8
    return found
""",
        },
        "loses": {
            "check_step": "A gradient that is measured by differences goes wrong there",
            "check_gradient": "A gradient that is measured by differences goes wrong there",
        },
    },
    "case 3 with the network of a check": {
        "edit": {
            "gradient": """
def gradient(p, X, Y):
    network = network_of(p, "relu", "softmax", loss="categorical cross-entropy")
    vector, found = network.gradient_of(network.forward(X), Y), {}
    for name, part in p.items():
        found[name], vector = vector[: part.size].reshape(part.shape), vector[part.size :]
    return found
""",
        },
        "loses": {"check_gradient": "backprop.network is not available in this assignment"},
        "unseen": ["check_gradient"],
    },
    "case 2 without the rate in b2; case 3 with one number in an array for b2": {
        "edit": {
            "step": ('p["b2"] -= rate * ', 'p["b2"] -= '),
            "gradient": ("delta2.sum(axis=0)", "np.full(len(A2[0]), delta2.sum())"),
        },
        "loses": {
            "check_step": "steps of different rates change b2 by the same",
            "check_gradient": "the gradient with respect to b2 has the same numbers as before",
        },
    },
    "case 2 with the rate twice in layer 1; case 3 with one number in an array for b1": {
        "edit": {
            "step": [("delta1 = delta2", "delta1 = rate * delta2")],
            "gradient": ("delta1.sum(axis=0)", 'delta1.sum() + 0 * p["b1"]'),
        },
        "loses": {
            "check_step": "steps of different rates change W1 and b1 by the rate twice",
            "check_gradient": "the gradient with respect to b1 has the same numbers as before",
        },
    },
    "case 2 with a rate of its own in W1; case 3 without a gradient for b2": {
        "edit": {
            "step": ('p["W1"] -= rate', 'p["W1"] -= 0.1'),
            "gradient": ("delta2.sum(axis=0)", 'np.zeros_like(p["b2"])'),
        },
        "loses": {
            "check_step": "steps of different rates change W1 by the same",
            "check_gradient": "the gradient with respect to b2 has the same numbers as before",
        },
    },
    "case 2 with one sum for all biases of a layer; case 3 without gradients for the biases": {
        "edit": {
            "step": ("delta2.sum(axis=0)", "delta2.sum()"),
            "gradient": [
                ("delta1.sum(axis=0)", 'np.zeros_like(p["b1"])'),
                ("delta2.sum(axis=0)", 'np.zeros_like(p["b2"])'),
            ],
        },
        "loses": {
            "check_step": "its dW is right, so check how its db is computed",
            "check_gradient": "missing bias gradient: ",
        },
    },
    "case 5 from the last letter to the first; case 6 with one comparison for all rows": {
        "edit": {
            "encode": ("sorted(set(labels))", "sorted(set(labels), key=lambda name: name[::-1])"),
            "accuracy": ("axis=1", ""),
        },
        "loses": {
            "check_encode": "look whether their order stays the same",
            "check_accuracy": "Print what is compared, and its shape",
        },
    },
    "case 3 with other names": {
        "edit": {
            "gradient": [
                ('"W1": X', '"dW1": X'),
                ('"W2": A1', '"dW2": A1'),
                ('"b1": delta', '"db1": delta'),
                ('"b2": delta', '"db2": delta'),
            ]
        },
        "loses": {"check_gradient": "has no entry 'W1'"},
    },
    "verdicts of two cases that are others": {
        "edit": {
            "verdicts": [('1: "all pairs"', '1: "sum"'), ('2: "early update"', '2: "transposed"')]
        },
        "loses": {
            "check_verdict_1": "case 1 has a bug of another form",
            "check_verdict_2": "case 2 has a bug of another form",
        },
        "unseen": ["check_verdict_1", "check_verdict_2"],
    },
    "verdicts of what the program does next": {
        "edit": {
            "verdicts": [('3: "one for all"', '3: "sum"'), ('4: "leak"', '4: "training score"')]
        },
        "loses": {
            "check_verdict_3": "How many numbers did the gradient with respect to b1 hold",
            "check_verdict_4": "No score is computed there",
        },
        "unseen": ["check_verdict_3", "check_verdict_4"],
    },
    "verdicts of the last two cases exchanged": {
        "edit": {
            "verdicts": [('5: "no order"', '5: "entries"'), ('6: "entries"', '6: "no order"')]
        },
        "loses": {
            "check_verdict_5": "What differed between the sessions?",
            "check_verdict_6": "What was the mean taken over before",
        },
        "unseen": ["check_verdict_5", "check_verdict_6"],
    },
    "a verdict that is not a form, and one that is missing": {
        "edit": {"verdicts": [('5: "no order"', '5: "the set"'), ('    6: "entries",\n', "")]},
        "loses": {
            "check_verdict_5": "'the set', for case 5, is not one of: all pairs",
            "check_verdict_6": "no form is chosen for case 6",
        },
    },
    "verdicts in a list": {
        "edit": {"verdicts": 'verdicts = ["all pairs", "early update", "one for all", "leak"]'},
        "loses": {f"check_verdict_{case}": "verdicts is a dictionary" for case in range(1, 7)},
    },
}

RIGHT = {
    "loops over the points, the rows and the labels": {
        "edit": {
            "fit": """
def fit(x, y, weights, rate, steps):
    slope, intercept, total = 0.0, 0.0, sum(weights)
    for _ in range(steps):
        down_slope = down_intercept = 0.0
        for point in range(len(x)):
            error = slope * x[point, 0] + intercept - y[point, 0]
            down_slope += weights[point] * error * x[point, 0] / total
            down_intercept += weights[point] * error / total
        slope, intercept = slope - rate * down_slope, intercept - rate * down_intercept
    return [slope, intercept]
""",
            "gradient": """
def gradient(p, X, Y):
    total = {name: np.zeros_like(part) for name, part in p.items()}
    for x, y in zip(X, Y):
        z = x @ p["W1"] + p["b1"]
        a = np.maximum(z, 0)
        delta2 = (softmax((a @ p["W2"] + p["b2"])[None])[0] - y) / len(X)
        delta1 = p["W2"] @ delta2
        delta1[z <= 0] = 0
        total["W1"] += np.outer(x, delta1)
        total["b1"] += delta1
        total["W2"] += np.outer(a, delta2)
        total["b2"] += delta2
    return total
""",
            "run": """
def run(X, y, test, rate, steps):
    train = [row for row, tested in enumerate(test) if not tested]
    columns = []
    for column in X.T:
        mean = sum(column[train]) / len(train)
        square = sum((column[train] - mean) ** 2) / len(train)
        columns.append((column - mean) / square**0.5)
    Z = np.array(columns).T
    w, b = [0.0] * X.shape[1], 0.0
    for _ in range(steps):
        errors = [1 / (1 + np.exp(-(Z[row] @ w + b))) - y[row] for row in train]
        down = [sum(e * Z[row, i] for e, row in zip(errors, train)) for i in range(len(w))]
        w = [weight - rate * slope / len(train) for weight, slope in zip(w, down)]
        b -= rate * sum(errors) / len(train)
    return w, b, [1 / (1 + np.exp(-(row @ w + b))) for row in Z[test]]
""",
            "encode": """
def encode(labels):
    names = []
    for label in labels:
        if label not in names:
            names.append(label)
    names.sort()
    numbers = []
    for label in labels:
        numbers.append(names.index(label))
    return numbers, names
""",
            "accuracy": """
def accuracy(scores, Y):
    right = 0
    for row, target in zip(scores.tolist(), Y.tolist()):
        if row.index(max(row)) == target.index(1):
            right += 1
    return right / len(scores)
""",
        }
    },
    "arguments changed in place": {
        "edit": {
            "fit": [
                ("    shares = (", "    weights /= weights.mean()\n    shares = ("),
                ("error = slope * x + intercept - y", "error = slope * x + intercept - y + 0"),
            ],
            "step": ("    W2 =", "    Y -= 1\n    Y += 1\n    W2 ="),
            "run": [
                ("    Z = (X - X[train].mean(axis=0)) / X[train].std(axis=0)", "    Z = X"),
                (
                    "    w, b = np.zeros",
                    "    Z -= Z[train].mean(axis=0)\n    Z /= Z[train].std(axis=0)\n"
                    "    w, b = np.zeros",
                ),
            ],
            "encode": """
def encode(labels):
    given = list(labels)
    labels.sort()
    names = list(dict.fromkeys(labels))
    return [names.index(label) for label in given], names
""",
            "accuracy": (
                "    return",
                "    scores -= scores.max(axis=1, keepdims=True)\n    Y *= 2\n    return",
            ),
            "gradient": ("    return {", '    p["W1"] *= 0\n    X[0] = X[0]\n    return {'),
        }
    },
    "case 1 with flat points": {
        "edit": {
            "fit": """
def fit(x, y, weights, rate, steps):
    x, y = x.ravel(), y.ravel()
    slope, intercept = 0, 0
    for _ in range(steps):
        error = slope * x + intercept - y
        slope -= rate * np.average(error * x, weights=weights)
        intercept -= rate * np.average(error, weights=weights)
    return slope, intercept
"""
        }
    },
    "case 1 with one matrix": {
        "edit": {
            "fit": """
def fit(x, y, weights, rate, steps):
    rows = np.hstack([x, np.ones_like(x)])
    line = np.zeros((2, 1))
    for _ in range(steps):
        line -= rate * rows.T @ (weights[:, np.newaxis] * (rows @ line - y)) / weights.sum()
    return line
"""
        }
    },
    "case 1 with float32": {
        "edit": {
            "fit": (
                "return float(slope), float(intercept)",
                "return np.float32(slope), np.float32(intercept)",
            )
        }
    },
    "case 2 with all deltas first": {
        "edit": {
            "step": """
def step(p, X, Y, rate):
    A1 = 1 / (1 + np.exp(-(X @ p["W1"] + p["b1"])))
    A2 = 1 / (1 + np.exp(-(A1 @ p["W2"] + p["b2"])))
    delta2 = (A2 - Y) * A2 * (1 - A2)
    delta1 = delta2 @ p["W2"].T * (A1 - A1**2)
    gradient = {"W1": X.T @ delta1, "b1": np.ones(len(X)) @ delta1}
    gradient |= {"W2": A1.T @ delta2, "b2": np.ones(len(X)) @ delta2}
    for name, slope in gradient.items():
        p[name] -= rate / len(X) * slope
    return p
"""
        }
    },
    "case 2 with new arrays in p": {
        "edit": {
            "step": [
                ('W2 = p["W2"].copy()', 'W2 = p["W2"]'),
                (
                    'p["W2"] -= rate * A1.T @ delta2',
                    'p["W2"] = p["W2"] - rate * A1.T @ delta2',
                ),
            ]
        }
    },
    "case 2 with a deep copy, and the layers in the other order": {
        "edit": {
            "step": """
def step(p, X, Y, rate):
    old = copy.deepcopy(p)
    A1 = sigmoid(X @ old["W1"] + old["b1"])
    A2 = sigmoid(A1 @ old["W2"] + old["b2"])
    delta2 = (A2 - Y) * A2 * (1 - A2) / len(X)
    delta1 = delta2 @ old["W2"].T * A1 * (1 - A1)
    p.update(W1=old["W1"] - rate * X.T @ delta1, b1=old["b1"] - rate * delta1.sum(axis=0))
    p.update(W2=old["W2"] - rate * A1.T @ delta2, b2=old["b2"] - rate * delta2.sum(axis=0))
"""
        }
    },
    "case 3 with more entries, lists and float32": {
        "edit": {
            "gradient": [
                ('"W1": X.T @ delta1', '"loss": 0.0, "A2": A2, "W1": (X.T @ delta1).tolist()'),
                ('"b1": delta1.sum(axis=0)', '"b1": delta1.sum(axis=0).astype(np.float32)'),
                ('"b2": delta2.sum(axis=0)', '"b2": tuple(delta2.sum(0))'),
            ]
        }
    },
    "case 3 with the condition on the output, and einsum": {
        "edit": {
            "gradient": [
                ("(Z1 > 0)", "np.sign(A1)"),
                ("delta1.sum(axis=0)", 'np.einsum("ij->j", delta1)'),
                ("delta2.sum(axis=0)", "(delta2 * len(X)).mean(axis=0)"),
            ]
        }
    },
    "case 4 with two parts": {
        "edit": {
            "run": """
def run(X, y, test, rate, steps):
    known, unseen = X[np.logical_not(test)], X[test]
    mean, deviation = np.mean(known, axis=0), np.std(known, axis=0)
    known, unseen = (known - mean) / deviation, (unseen - mean) / deviation
    rows = np.c_[known, np.ones(len(known))]
    wb = np.zeros((rows.shape[1], 1))
    for _ in range(steps):
        wb -= rate * rows.T @ (sigmoid(rows @ wb) - y[~test][:, None]) / len(rows)
    return [wb[:-1, 0], wb[-1], sigmoid(unseen @ wb[:-1, 0] + wb[-1])]
"""
        }
    },
    "case 4 in float32": {
        "edit": {
            "run": [
                ("std(axis=0)\n", "std(axis=0)\n    Z = Z.astype(np.float32)\n"),
                ("np.zeros(X.shape[1]), 0.0", "np.zeros(X.shape[1], np.float32), np.float32(0)"),
            ]
        }
    },
    "case 5 with NumPy, and tuples": {
        "edit": {
            "encode": """
def encode(labels):
    names, numbers = np.unique(labels, return_inverse=True)
    return numbers, tuple(names)
"""
        }
    },
    "case 5 with arrays for both": {
        "edit": {
            "encode": """
def encode(labels):
    names, numbers = np.unique(labels, return_inverse=True)
    return numbers, names
"""
        }
    },
    "case 5 with an array of objects": {
        "edit": {"encode": ("labels], names", "labels], np.array(names, dtype=object)")}
    },
    "cases 2 and 3 in float32": {
        "edit": {
            "step": """
def step(p, X, Y, rate):
    W1, b1, W2, b2 = (p[name].astype(np.float32) for name in ("W1", "b1", "W2", "b2"))
    X, Y = X.astype(np.float32), Y.astype(np.float32)
    A1 = sigmoid(X @ W1 + b1)
    A2 = sigmoid(A1 @ W2 + b2)
    delta2 = (A2 - Y) * A2 * (1 - A2) / len(X)
    delta1 = delta2 @ W2.T * A1 * (1 - A1)
    p["W1"] -= rate * X.T @ delta1
    p["b1"] -= rate * delta1.sum(axis=0)
    p["W2"] -= rate * A1.T @ delta2
    p["b2"] -= rate * delta2.sum(axis=0)
""",
            "gradient": (
                "    Z1 = X",
                "    X, p = X.astype(np.float32), {k: v.astype(np.float32) for k, v in p.items()}\n"
                "    Z1 = X",
            ),
        }
    },
    "case 5 without regard to capitals": {
        "edit": {"encode": ("sorted(set(labels))", "sorted(set(labels), key=str.lower)")}
    },
    "case 6 from the wrong rows, as float32": {
        "edit": {
            "accuracy": (
                "float((scores.argmax(axis=1) == Y.argmax(axis=1)).mean())",
                "1 - (scores.argmax(1) != Y @ np.arange(Y.shape[1])).mean(dtype=np.float32)",
            )
        }
    },
    "case 6 as a fraction": {
        "edit": {
            "accuracy": """
from fractions import Fraction


def accuracy(scores, Y):
    winners = np.take_along_axis(scores, Y.argmax(axis=1)[:, None], axis=1)
    return Fraction(int((winners >= scores).all(axis=1).sum()), len(Y))
"""
        }
    },
    "case 6 with an array that holds one number": {
        "edit": {
            "accuracy": (
                "float((scores.argmax(axis=1) == Y.argmax(axis=1)).mean())",
                "np.array((scores.argmax(axis=1) == np.nonzero(Y)[1]).sum() / len(Y))",
            )
        }
    },
    "verdicts with capitals, spaces and other signs": {
        "edit": {
            "verdicts": """
verdicts = {"1": " All pairs", "2": "early_update", "3": "One-for-all ", "4": "LEAK"}
verdicts |= {"5": "no  order", "6": "Entries"}
"""
        }
    },
}
