"""Wrong solutions of *Arrays*."""

WRONG = {
    "a gradient in the shape of the transposed weights": {
        "edit": {"shapes": ('"dW2": (h, k)', '"dW2": (k, h)')},
        "loses": ["check_shapes"],
        "says": "dW2 has another shape: that of W2",
    },
    "neurons as rows of W": {
        "edit": {"layer": [("table[:, 1:].T", "table[:, 1:]"), ("A_in @ W", "A_in @ W.T")]},
        "loses": ["check_layer"],
        "says": "a column for each neuron",
    },
    "the ordinary sigmoid in the hidden layer": {
        "edit": {
            "forward": ('bipolar(X @ p["W1"] + p["b1"])', '(1 + layer(X, p["W1"], p["b1"])) / 2')
        },
        "loses": ["check_forward", "check_gradient", "check_fit"],
        "says": "f(2) is 0.76159416",
    },
    "a squared error by the rows alone": {
        "edit": {"loss": (".mean()", ".sum() / len(Y)")},
        "loses": ["check_loss"],
        "says": "/ 4 is 0.3125",
    },
    "no check of the shapes": {
        "edit": {"loss": ("A2.shape != Y.shape", "len(A2) != len(Y)")},
        "loses": ["check_loss"],
        "says": "(3, 1) minus (3,) is (3, 3)",
    },
    "the constant of chapter 6": {
        "edit": {"gradient": ("2 * (A2 - Y) / Y.size", "(A2 - Y) / len(Y)")},
        "loses": ["check_gradient"],
        "form": "constant factor",
    },
    "slope of the sigmoid in the hidden layer": {
        "edit": {"gradient": ("(1 - A1**2) / 2", "A1 * (1 - A1)")},
        "loses": ["check_gradient", "check_fit"],
        "form": "derivative of another activation",
    },
    "no slope in the hidden layer": {
        "edit": {"gradient": (" * (1 - A1**2) / 2", "")},
        "loses": ["check_gradient", "check_fit"],
        "form": "missing activation derivative",
    },
    "weights not transposed": {
        "edit": {"gradient": ('p["W2"].T', 'p["W2"].reshape(p["W2"].shape[::-1])')},
        "loses": ["check_gradient"],
        "form": "transposed weights",
    },
    "the biases' gradient a mean": {
        "edit": {"gradient": [("delta1.sum", "delta1.mean"), ("delta2.sum", "delta2.mean")]},
        "loses": ["check_gradient", "check_fit"],
        "form": "constant factor in the biases",
    },
    "a step to one side only": {
        "edit": {
            "numerical": [
                ("array[index] = original - 1e-5", "array[index] = original"),
                ("2e-5", "1e-5"),
            ]
        },
        "loses": ["check_numerical"],
        "says": "A step to one side only",
    },
    "an entry not put back": {
        "edit": {"numerical": ("            array[index] = original\n", "")},
        "loses": ["check_numerical"],
        "says": "to the last digit",
    },
    "the test part scaled by itself": {
        "edit": {"standardize": ("X_train.mean(axis=0)) / X_train.std", "X.mean(axis=0)) / X.std")},
        "loses": ["check_standardize"],
        "says": "two deviations above the second",
    },
    "a rate for another loss": {
        "edit": {"fit": ("2.0 *", "0.01 *")},
        "loses": ["check_fit"],
        "says": "watch the loss from step to step",
    },
}
