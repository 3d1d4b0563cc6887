"""Wrong solutions of *Deeper*, and right ones that are written in another way."""

# What stops in the notebook, with the task at fault, although it keeps its points.
AFTER_ELU = {
    "check_elu_derivative": "Task 1, `elu`,",
    "check_forward": "Task 1, `elu`,",
    "check_backward": "Task 1, `elu`,",
    "check_network": "Task 1, `elu`,",
}
AFTER_DERIVATIVE = {
    "check_backward": "Task 1, `elu_derivative`,",
    "check_network": "Task 1, `elu_derivative`,",
}
AFTER_FORWARD = {"check_backward": "Task 2, `forward`,", "check_network": "Task 2, `Layer`,"}
AFTER_BACKWARD = {"check_network": "Task 2, `Layer`,"}
AFTER_LOSS = {
    "check_loss_gradient": "Task 3, `smooth_loss`,",
    "check_network": "Task 3, `smooth_loss`,",
}
AFTER_GRADIENT = {"check_network": "Task 3, `smooth_loss_gradient`,"}

MEASURED_GRADIENT = """def smooth_loss_gradient(Z, Y, smoothing):
    slopes, Z = np.zeros(Z.shape), Z.copy()
    for index in np.ndindex(Z.shape if len(Z) < 8 else (0,)):  # quick where digits are read
        for step in (1e-5, -1e-5):
            moved = Z.copy()
            moved[index] += step
            slopes[index] += smooth_loss(moved, Y, smoothing) / (2 * step)
    return slopes"""

MEASURED_NETWORK = """def loss_and_gradients(layers, X, Y, smoothing):
    def loss():
        A = X
        for layer in layers:
            A = layer.forward(A)
        return smooth_loss(A, Y, smoothing)

    def slopes_of(array):
        slopes = np.zeros(array.shape)
        for index in np.ndindex(array.shape if array.size < 1000 else (0,)):
            original = array[index]
            for step in (1e-5, -1e-5):
                array[index] = original + step
                slopes[index] += loss() / (2 * step)
            array[index] = original
        return slopes

    if len(X) > 7:  # quick where the digits are read
        return 0.0, [(0 * layer.W, 0 * layer.b) for layer in layers]
    return loss(), [(slopes_of(layer.W), slopes_of(layer.b)) for layer in layers]"""

MEASURED_BACKWARD = """A_in, W, b = self.A_in.copy(), self.W, self.b

        def slope(array):
            slopes = np.zeros(array.shape)  # and no more, where the digits are read
            for index in np.ndindex(array.shape if array.size < 1000 else (0,)):
                original = array[index]
                for step in (1e-5, -1e-5):
                    array[index] = original + step
                    slopes[index] += (upstream * self.forward(A_in)).sum() / (2 * step)
                array[index] = original
            return slopes

"""

WRONG = {
    "infinity times 0 in the ELU": {
        "edit": {
            "elu": (
                "np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))",
                "(Z > 0) * Z + (Z <= 0) * (np.exp(Z) - 1)",
            )
        },
        "loses": {"check_elu": "0, 1000 and −1000"},
        "also": AFTER_ELU,
    },
    "e^z without − 1": {
        "edit": {
            "elu": (
                "np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))",
                "np.where(Z > 0, Z, np.exp(np.minimum(Z, 0)))",
            )
        },
        "loses": {"check_elu": "lies between −1 and 0"},
        "also": AFTER_ELU | {"check_fit": "Task 1, `elu`,"},
    },
    "a ReLU": {
        "edit": {"elu": ("np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))", "np.maximum(Z, 0)")},
        "loses": {"check_elu": "it is not e^z − 1"},
        "also": AFTER_ELU | {"check_fit": "Task 1, `elu`,"},
    },
    "the ELU printed and not returned": {
        "edit": {
            "elu": (
                "return np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))",
                "print(np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0))))",
            )
        },
        "loses": {"check_elu": "what `elu` returns is None"},
        "also": AFTER_ELU | {"check_fit": "Task 1, `elu`,"},
    },
    "an if for a whole array": {
        "edit": {
            "elu": (
                "return np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))",
                "return Z if Z > 0 else np.exp(Z) - 1",
            )
        },
        "loses": {"check_elu": "truth value of an array"},
        "also": AFTER_ELU | {"check_fit": "Task 1, `elu`,"},
    },
    "f′ written with z, given a": {
        "edit": {"elu_derivative": ("1.0, A + 1", "1.0, np.exp(A)")},
        "loses": {"check_elu_derivative": "e^a is not e^z"},
        "also": AFTER_DERIVATIVE,
    },
    "the derivative of the ReLU": {
        "edit": {"elu_derivative": ("np.where(A > 0, 1.0, A + 1)", "(A > 0) * 1.0")},
        "loses": {"check_elu_derivative": "derivative of another activation"},
        "also": AFTER_DERIVATIVE | {"check_fit": "Task 1, `elu_derivative`,"},
    },
    "the output where the derivative is 1": {
        "edit": {"elu_derivative": ("1.0, A + 1", "A, A + 1")},
        "loses": {"check_elu_derivative": "wrong where the output is positive"},
        "also": AFTER_DERIVATIVE,
    },
    "no biases in forward": {
        "edit": {"layer": (" + self.b\n", "\n")},
        "loses": {"check_forward": "leaves out the biases"},
        "also": AFTER_FORWARD,
    },
    "the ELU in every layer": {
        "edit": {"layer": ("elu(Z) if self.has_elu else Z", "elu(Z)")},
        "loses": {"check_forward": "layers with `has_elu` True"},
        "also": AFTER_FORWARD,
    },
    "copies of W and b": {
        "edit": {
            "layer": (
                "self.W, self.b, self.has_elu = W, b",
                "self.W, self.b, self.has_elu = W.copy(), b.copy()",
            )
        },
        "loses": {"check_forward": "still computes with the old ones"},
        "also": AFTER_FORWARD,
    },
    "forward returns nothing": {
        "edit": {"layer": ("        return self.A\n", "")},
        "loses": {"check_forward": "what `forward` returns is None"},
        "also": AFTER_FORWARD | {"check_fit": "Task 2, `Layer`,"},
    },
    "other names for W and b": {
        "edit": {
            "layer": [
                ("self.W", "self.weights"),
                ("self.b,", "self.bias,"),
                ("self.b\n", "self.bias\n"),
            ]
        },
        "loses": {"check_forward": "no attribute `W`"},
        "also": AFTER_FORWARD | {"check_fit": "Task 2, `Layer`,"},
    },
    "what forward keeps shared by all layers": {
        "edit": {
            "layer": [
                ("self.A_in = A_in", "Layer.A_in = A_in"),
                ("self.A = elu(Z)", "Layer.A = elu(Z)"),
                ("return self.A\n", "return Layer.A\n"),
            ]
        },
        "loses": {"check_backward": "after a forward pass of a second layer"},
        "also": AFTER_BACKWARD | {"check_fit": "Task 2, `Layer`,"},
    },
    "no derivative of the activation in backward": {
        "edit": {
            "layer": ("upstream * elu_derivative(self.A) if self.has_elu else upstream", "upstream")
        },
        "loses": {"check_backward": "missing activation derivative"},
        "also": AFTER_BACKWARD,
    },
    "the derivative of an ELU that is not there": {
        "edit": {
            "layer": (
                "upstream * elu_derivative(self.A) if self.has_elu else upstream",
                "upstream * elu_derivative(self.A)",
            )
        },
        "loses": {"check_backward": "in a layer without ELU"},
        "also": AFTER_BACKWARD | {"check_fit": "Task 2, `Layer`,"},
    },
    "the derivative of Z": {
        "edit": {
            "layer": [
                ("elu_derivative(self.A)", "elu_derivative(self.Z)"),
                ("        Z = A_in", "        Z = self.Z = A_in"),
            ]
        },
        "loses": {"check_backward": "derivative for A, given Z"},
        "also": AFTER_BACKWARD | {"check_fit": "Task 2, `Layer`,"},
    },
    "the upstream gradient passed on before the activation": {
        "edit": {"layer": ("return delta @", "return upstream @")},
        "loses": {"check_backward": "upstream gradient carried back in place of ∂L/∂Z"},
        "also": AFTER_BACKWARD,
    },
    "weights reshaped instead of transposed": {
        "edit": {"layer": ("self.W.T", "self.W.reshape(self.W.shape[::-1])")},
        "loses": {"check_backward": "transposed weights"},
        "also": AFTER_BACKWARD,
    },
    "a mean over rows in each layer": {
        "edit": {"layer": ("return delta @ self.W.T", "return delta @ self.W.T / len(delta)")},
        "loses": {"check_backward": "mean taken again in each layer"},
        "also": AFTER_BACKWARD | {"check_fit": "Task 2, `Layer`,"},
    },
    "a mean for db": {
        "edit": {"layer": ("delta.sum(axis=0)", "delta.mean(axis=0)")},
        "loses": {"check_backward": "constant factor in the biases"},
        "also": AFTER_BACKWARD,
    },
    "db as a row of a matrix": {
        "edit": {"layer": ("delta.sum(axis=0)", "delta.sum(axis=0, keepdims=True)")},
        "loses": {"check_backward": "`self.db` has the shape (1, 4)"},
        "also": AFTER_BACKWARD,
    },
    "dW transposed": {
        "edit": {"layer": ("self.A_in.T @ delta", "delta.T @ self.A_in")},
        "loses": {"check_backward": "transposed gradient"},
        "also": AFTER_BACKWARD | {"check_fit": "Task 2, `Layer`,"},
    },
    "dW and db added to the earlier ones": {
        "edit": {
            "layer": [
                (
                    "has_elu = W, b, has_elu\n",
                    ("has_elu = W, b, has_elu\n        self.dW, self.db = 0 * W, 0 * b\n"),
                ),
                (
                    "self.dW, self.db = self.A_in.T @ delta, delta.sum(axis=0)",
                    ("self.dW += self.A_in.T @ delta\n        self.db += delta.sum(axis=0)"),
                ),
            ]
        },
        "loses": {"check_backward": "have to be replaced"},
        "also": AFTER_BACKWARD | {"check_fit": "Task 2, `Layer`,"},
    },
    "dW and db not kept": {
        "edit": {
            "layer": [
                (
                    "self.dW, self.db = self.A_in.T @ delta, delta.sum(axis=0)\n",
                    "dW, db = self.A_in.T @ delta, delta.sum(axis=0)\n",
                )
            ]
        },
        "loses": {"check_backward": "no attribute `dW`"},
        "also": AFTER_BACKWARD | {"check_fit": "Task 2, `Layer`,"},
    },
    "a loss without smoothing": {
        "edit": {"loss": ("(1 - smoothing) * Y + smoothing / Y.shape[1]", "Y")},
        "loses": {"check_loss": "`smooth_loss` does not use the smoothing"},
        "also": AFTER_LOSS,
    },
    "ε not divided by the classes": {
        "edit": {"loss": ("smoothing / Y.shape[1]", "smoothing")},
        "loses": {"check_loss": "divided by the number of classes"},
        "also": AFTER_LOSS,
    },
    "ε for the wrong classes alone": {
        "edit": {
            "loss": (
                "(1 - smoothing) * Y + smoothing / Y.shape[1]",
                "np.where(Y == 1, 1 - smoothing, smoothing / (Y.shape[1] - 1))",
            )
        },
        "loses": {"check_loss": "the right class gets a part of ε"},
        "also": AFTER_LOSS,
    },
    "a sum over the rows": {
        "edit": {"loss": (" / len(Z))", ")")},
        "loses": {"check_loss": "a sum over the rows: take the mean"},
        "also": AFTER_LOSS,
    },
    "a mean over all entries": {
        "edit": {"loss": (".sum() / len(Z))", ".mean())")},
        "loses": {"check_loss": "divided by the number of all entries"},
        "also": AFTER_LOSS,
    },
    "e^1000 in the loss": {
        "edit": {"loss": ("    Z = Z - Z.max(axis=1, keepdims=True)\n", "")},
        "loses": {"check_loss": "too large for a float"},
        "also": AFTER_LOSS,
    },
    "the largest number of all rows subtracted": {
        "edit": {"loss": ("Z.max(axis=1, keepdims=True)", "Z.max()")},
        "loses": {"check_loss": "belongs to each row"},
        "also": AFTER_LOSS,
    },
    "the logarithm of a shifted softmax": {
        "edit": {
            "loss": (
                (
                    "    logarithms = np.log(np.exp(Z).sum(axis=1, keepdims=True))\n"
                    "    return float((targets * (logarithms - Z)).sum() / len(Z))"
                ),
                (
                    "    A = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)\n"
                    "    return float(-(targets * np.log(A)).sum() / len(Z))"
                ),
            )
        },
        "loses": {"check_loss": "in the same row"},
        "also": AFTER_LOSS,
    },
    "targets smoothed in place": {
        "edit": {
            "loss": (
                "    targets = (1 - smoothing) * Y + smoothing / Y.shape[1]",
                (
                    "    targets = Y\n"
                    "    targets *= 1 - smoothing\n"
                    "    targets += smoothing / Y.shape[1]"
                ),
            )
        },
        "loses": {"check_loss": "changes its argument Z or Y"},
        "also": AFTER_LOSS,
    },
    "targets not smoothed in the gradient": {
        "edit": {"loss_gradient": (" - targets)", " - Y)")},
        "loses": {"check_loss_gradient": "does not use the smoothing"},
        "also": AFTER_GRADIENT,
    },
    "the gradient of a sum": {
        "edit": {"loss_gradient": (" / len(Z)", "")},
        "loses": {"check_loss_gradient": "sum instead of mean"},
        "also": AFTER_GRADIENT | {"check_fit": "Task 3, `smooth_loss_gradient`,"},
    },
    "one shift for all rows in the gradient": {
        "edit": {"loss_gradient": ("Z.max(axis=1, keepdims=True)", "Z.max()")},
        "loses": {"check_loss_gradient": "in range in each row"},
        "also": AFTER_GRADIENT,
    },
    "the derivative of softmax once more": {
        "edit": {
            "loss_gradient": (
                ("    return (powers / powers.sum(axis=1, keepdims=True) - targets) / len(Z)"),
                (
                    "    A = powers / powers.sum(axis=1, keepdims=True)\n"
                    "    return (A - targets) * A * (1 - A) / len(Z)"
                ),
            )
        },
        "loses": {"check_loss_gradient": "activation derivative once too often"},
        "also": AFTER_GRADIENT | {"check_fit": "Task 3, `smooth_loss_gradient`,"},
    },
    "ε divided by the rows in the gradient": {
        "edit": {"loss_gradient": ("smoothing / Y.shape[1]", "smoothing / len(Y)")},
        "loses": {"check_loss_gradient": "is not the gradient of `smooth_loss`"},
        "also": AFTER_GRADIENT | {"check_fit": "Task 3, `smooth_loss_gradient`,"},
    },
    "pairs from the outputs on": {
        "edit": {"network": ("for layer in layers]", "for layer in reversed(layers)]")},
        "loses": {"check_network": "wrong layer order"},
        "also": {"check_fit": "Task 4, `loss_and_gradients`,"},
    },
    "smoothing not passed to the gradient": {
        "edit": {
            "network": ("smooth_loss_gradient(A, Y, smoothing)", "smooth_loss_gradient(A, Y, 0.0)")
        },
        "loses": {
            "check_network": "the gradients of `loss_and_gradients` are those of a loss without"
        },
    },
    "smoothing not passed to the loss": {
        "edit": {"network": ("smooth_loss(A, Y, smoothing)", "smooth_loss(A, Y, 0.0)")},
        "loses": {"check_network": "the loss of `loss_and_gradients` is that without smoothing"},
    },
    "targets smoothed before they are passed on": {
        "edit": {
            "network": (
                "    upstream = smooth",
                ("    Y = (1 - smoothing) * Y + smoothing / Y.shape[1]\n    upstream = smooth"),
            )
        },
        "loses": {"check_network": "the loss of `loss_and_gradients` is wrong"},
    },
    "the same upstream gradient for every layer": {
        "edit": {
            "network": (
                "        upstream = layer.backward(upstream)",
                "        layer.backward(upstream)",
            )
        },
        "loses": {"check_network": "first wrong layer is layer 2"},
        "also": {"check_fit": "Task 4, `loss_and_gradients`,"},
    },
    "one list of all arrays": {
        "edit": {
            "network": (
                "[(layer.dW, layer.db) for layer in layers]",
                "[array for layer in layers for array in (layer.dW, layer.db)]",
            )
        },
        "loses": {"check_network": "a list of pairs (dW, db), one per layer"},
        "also": {"check_fit": "Task 4, `loss_and_gradients`,"},
    },
    "the derivative between the layers once more": {
        "edit": {
            "network": (
                "        upstream = layer.backward(upstream)",
                (
                    "        upstream = layer.backward(upstream)\n"
                    "        if layer is not layers[0]:\n"
                    "            upstream = upstream * elu_derivative(layer.A_in)"
                ),
            )
        },
        "loses": {"check_network": "activation derivative once too often"},
    },
    "a step in loss_and_gradients": {
        "edit": {
            "network": (
                "        upstream = layer.backward(upstream)",
                (
                    "        upstream = layer.backward(upstream)\n"
                    "        layer.W -= 0.1 * layer.dW\n"
                    "        layer.b -= 0.1 * layer.db"
                ),
            )
        },
        "loses": {"check_network": "changes the weights"},
    },
    "divided by the rows once more": {
        "edit": {
            "network": (
                "upstream = smooth_loss_gradient(A, Y, smoothing)",
                "upstream = smooth_loss_gradient(A, Y, smoothing) / len(X)",
            )
        },
        "loses": {"check_network": "mean taken twice"},
        "also": {"check_fit": "Task 4, `loss_and_gradients`,"},
    },
    "a step for each array": {
        "edit": {
            "optimizer": [
                ("        self.steps += 1\n", ""),
                ("            mean[...]", ("            self.steps += 1\n            mean[...]")),
            ]
        },
        "loses": {"check_optimizer": "one call of `step` is one step"},
    },
    "new arrays in place of changed ones": {
        "edit": {
            "optimizer": (
                "array -= self.learning_rate * (",
                "array = array - self.learning_rate * (",
            )
        },
        "loses": {"check_optimizer": "has to be changed in place"},
        "also": {"check_fit": "Task 5, `AveragedDescent`,"},
    },
    "one memory for all optimizers": {
        "edit": {
            "optimizer": [
                ("self.means, self.steps = None, 0", "self.steps = 0"),
                ("self.means is None", 'not hasattr(AveragedDescent, "means")'),
                ("self.means = [", "AveragedDescent.means = ["),
            ]
        },
        "loses": {"check_optimizer": "a new optimizer continues"},
        "also": {"check_fit": "Task 5, `AveragedDescent`,"},
    },
    "no correction for the start at 0": {
        "edit": {"optimizer": (" / (1 - self.mu**self.steps)", "")},
        "loses": {"check_optimizer": "the first step is too short"},
    },
    "1 − μ in every step": {
        "edit": {"optimizer": ("self.mu**self.steps", "self.mu")},
        "loses": {"check_optimizer": "a later one is not"},
        "also": {"check_fit": "Task 5, `AveragedDescent`,"},
    },
    "a sum of gradients, as in momentum": {
        "edit": {"optimizer": ("+ (1 - self.mu) * gradient", "+ gradient")},
        "loses": {"check_optimizer": "m starts at 0"},
        "also": {"check_fit": "Task 5, `AveragedDescent`,"},
    },
    "decay in the gradient": {
        "edit": {
            "optimizer": [
                (
                    "            mean[...]",
                    (
                        "            if array.ndim > 1:\n"
                        "                gradient = gradient + self.decay * array\n"
                        "            mean[...]"
                    ),
                ),
                (" + fading)", ")"),
            ]
        },
        "loses": {"check_optimizer": "it takes no part in the mean"},
    },
    "biases that decay": {
        "edit": {
            "optimizer": ("self.decay * array if array.ndim > 1 else 0.0", "self.decay * array")
        },
        "loses": {"check_optimizer": "a bias, an array with one dimension"},
    },
    "biases recognized by their size": {
        "edit": {"optimizer": ("if array.ndim > 1", "if min(array.shape) > 1")},
        "loses": {"check_optimizer": "a bias, an array with one dimension"},
    },
    "no decay": {
        "edit": {"optimizer": (" + fading)", ")")},
        "loses": {"check_optimizer": "λ w is missing"},
    },
    "decay without the learning rate": {
        "edit": {
            "optimizer": (
                ("array -= self.learning_rate * (mean / (1 - self.mu**self.steps) + fading)"),
                "array -= self.learning_rate * mean / (1 - self.mu**self.steps) + fading",
            )
        },
        "loses": {"check_optimizer": "leaves out the learning rate"},
    },
    "decay after the step": {
        "edit": {
            "optimizer": [
                ("            fading = self.decay * array if array.ndim > 1 else 0.0\n", ""),
                (
                    ("array -= self.learning_rate * (mean / (1 - self.mu**self.steps) + fading)"),
                    (
                        "array -= self.learning_rate * (mean / (1 - self.mu**self.steps))\n"
                        "            if array.ndim > 1:\n"
                        "                array -= self.learning_rate * self.decay * array"
                    ),
                ),
            ]
        },
        "loses": {"check_optimizer": "weights before the step"},
    },
    "the corrected mean kept as the mean": {
        "edit": {
            "optimizer": (
                ("array -= self.learning_rate * (mean / (1 - self.mu**self.steps) + fading)"),
                (
                    "mean /= 1 - self.mu**self.steps\n"
                    "            array -= self.learning_rate * (mean + fading)"
                ),
            )
        },
        "loses": {"check_optimizer": "a later one is not"},
        "also": {"check_fit": "Task 5, `AveragedDescent`,"},
    },
    "one epoch with short steps": {
        "edit": {"fit": [("range(4)", "range(1)"), ("0.3, 0.9", "0.01, 0.9")]},
        "loses": {"check_fit": "Watch the loss from epoch to epoch"},
    },
    "layers returned for pairs": {
        "edit": {"fit": ("[(layer.W, layer.b) for layer in layers]", "layers")},
        "loses": {"check_fit": "returns a list of pairs (W, b)"},
    },
    "another seed in each run": {
        "edit": {"fit": ("np.random.default_rng(seed)", "np.random.default_rng()")},
        "loses": {"check_fit": "two runs of `fit` with the same seed differ"},
    },
    "copies of the arrays for the optimizer": {
        "edit": {
            "fit": (
                "for array in (layer.W, layer.b)]",
                "for array in (layer.W.copy(), layer.b.copy())]",
            )
        },
        "loses": {"check_fit": "Watch the loss from epoch to epoch"},
    },
    "db as the sum of all entries": {
        "edit": {"layer": ("delta.sum(axis=0)", "delta.sum()")},
        "loses": {"check_backward": "`self.db` is a single number"},
        "also": AFTER_BACKWARD,
    },
    "dW and db under other names, and used by them": {
        "edit": {
            "layer": ("self.dW, self.db", "self.grad_W, self.grad_b"),
            "network": ("(layer.dW, layer.db)", "(layer.grad_W, layer.grad_b)"),
        },
        "loses": {"check_backward": "no attribute `dW`"},
        "also": AFTER_BACKWARD,
    },
    "backward measured with small steps": {
        "edit": {
            "layer": [
                (
                    "delta = upstream * elu_derivative(self.A) if self.has_elu else upstream\n",
                    MEASURED_BACKWARD,
                ),
                (
                    "        self.dW, self.db = self.A_in.T @ delta, delta.sum(axis=0)\n",
                    "        self.dW, self.db = slope(self.W), slope(self.b)\n",
                ),
                ("return delta @ self.W.T", "return slope(A_in)"),
            ]
        },
        "loses": {"check_backward": "compute it by formulas"},
        "also": AFTER_BACKWARD | {"check_fit": "Task 2, `Layer`,"},
    },
    "ε divided by k − 1 for every class": {
        "edit": {"loss": ("smoothing / Y.shape[1]", "smoothing / (Y.shape[1] - 1)")},
        "loses": {"check_loss": "here ε is divided by k − 1"},
        "also": AFTER_LOSS,
    },
    "ε divided by k − 1 for every class, in both": {
        "edit": {
            name: ("smoothing / Y.shape[1]", "smoothing / (Y.shape[1] - 1)")
            for name in ("loss", "loss_gradient")
        },
        "loses": {"check_loss": "here ε is divided by k − 1"},
        "also": AFTER_LOSS,
    },
    "ε for the wrong classes alone, in both": {
        "edit": {
            name: (
                "(1 - smoothing) * Y + smoothing / Y.shape[1]",
                "np.where(Y == 1, 1 - smoothing, smoothing / (Y.shape[1] - 1))",
            )
            for name in ("loss", "loss_gradient")
        },
        "loses": {"check_loss": "the right class gets a part of ε"},
        "also": AFTER_LOSS,
    },
    "a sum over the rows, in both": {
        "edit": {"loss": (" / len(Z))", ")"), "loss_gradient": (" / len(Z)", "")},
        "loses": {"check_loss": "a sum over the rows: take the mean"},
        "also": AFTER_LOSS | {"check_fit": "Task 3, `smooth_loss`,"},
    },
    "a mean over all entries, in both": {
        "edit": {"loss": (" / len(Z))", " / Z.size)"), "loss_gradient": ("/ len(Z)", "/ Z.size")},
        "loses": {"check_loss": "divided by the number of all entries"},
        "also": AFTER_LOSS | {"check_fit": "Task 3, `smooth_loss`,"},
    },
    "the wrong sign, in both": {
        "edit": {
            "loss": ("(logarithms - Z)", "(Z - logarithms)"),
            "loss_gradient": ("return (", "return -("),
        },
        "loses": {"check_loss": "wrong sign"},
        "also": AFTER_LOSS | {"check_fit": "Task 3, `smooth_loss`,"},
    },
    "a constant for a loss, and its gradient": {
        "edit": {
            "loss": ("return float(", "return 1.0 + 0 * float("),
            "loss_gradient": ("return (", "return 0 * ("),
        },
        "loses": {
            "check_loss": "is not the cross-entropy of softmax",
            "check_loss_gradient": "all zero",
        },
        "also": AFTER_LOSS | {"check_fit": "Task 3, `smooth_loss`,"},
    },
    "squares for a loss, and their gradient": {
        "edit": {
            "loss": (
                "def smooth_loss(Z, Y, smoothing):\n    return float(((Z - Y) ** 2).sum() / len(Z))"
            ),
            "loss_gradient": (
                "def smooth_loss_gradient(Z, Y, smoothing):\n    return 2 * (Z - Y) / len(Z)"
            ),
        },
        "loses": {
            "check_loss": "is not the cross-entropy of softmax",
            "check_loss_gradient": "is not the gradient of `smooth_loss`",
        },
        "also": AFTER_LOSS | {"check_fit": "Task 3, `smooth_loss`,"},
    },
    "the loss wrong, and a sum in the gradient": {
        "edit": {
            "loss": ("smoothing / Y.shape[1]", "smoothing / (Y.shape[1] - 1)"),
            "loss_gradient": (" / len(Z)", ""),
        },
        "loses": {
            "check_loss": "here ε is divided by k − 1",
            "check_loss_gradient": "sum instead of mean",
        },
        "also": AFTER_LOSS | {"check_fit": "Task 3, `smooth_loss`,"},
    },
    "the gradient of the loss measured with small steps": {
        "edit": {"loss_gradient": MEASURED_GRADIENT},
        "loses": {"check_loss_gradient": "compute it by a formula"},
        "also": AFTER_GRADIENT | {"check_fit": "Task 3, `smooth_loss_gradient`,"},
    },
    "the ELU of the outputs": {
        "edit": {"network": ("    upstream = smooth", "    A = elu(A)\n    upstream = smooth")},
        "loses": {"check_network": "belongs to the ELU of the last layer's outputs"},
    },
    "the derivative of an ELU of the outputs": {
        "edit": {
            "network": (
                "smooth_loss_gradient(A, Y, smoothing)",
                "smooth_loss_gradient(A, Y, smoothing) * elu_derivative(A)",
            )
        },
        "loses": {"check_network": "pass an ELU after the last layer"},
        "also": {"check_fit": "Task 4, `loss_and_gradients`,"},
    },
    "all gradients measured with small steps": {
        "edit": {"network": MEASURED_NETWORK},
        "loses": {"check_network": "goes forward again and again"},
        "also": {"check_fit": "Task 4, `loss_and_gradients`,"},
    },
    "trained on the test images": {
        "edit": {
            "fit": (
                "    generator =",
                '    X, Y = load_part("t10k", 1000)\n    generator =',
            )
        },
        "loses": {"check_fit": "learns from other images"},
    },
    "trained on the test images as well": {
        "edit": {
            "fit": (
                "    generator =",
                (
                    '    more, labels = load_part("t10k", 1000)\n'
                    "    X, Y = np.vstack([X, more, more]), np.vstack([Y, labels, labels])\n"
                    "    generator ="
                ),
            )
        },
        "loses": {"check_fit": "learns from other images"},
    },
    "the seed ignored": {
        "edit": {"fit": ("np.random.default_rng(seed)", "np.random.default_rng(0)")},
        "loses": {"check_fit": "with different seeds give the same network"},
    },
}

RIGHT = {
    "weights of more than 4 MB": {
        "edit": {"fit": [("[784, 20, 10]", "[784, 700, 10]"), ("range(4)", "range(2)")]}
    },
    "the loss of the whole as a mean over rows": {
        "edit": {
            "network": (
                "return smooth_loss(A, Y, smoothing)",
                (
                    "return np.mean([smooth_loss(a[None], y[None], smoothing) "
                    "for a, y in zip(A, Y)])"
                ),
            )
        }
    },
    "layers with slots": {
        "edit": {
            "layer": (
                "    def __init__(",
                '    __slots__ = (*"Wb", "has_elu", "A_in", "A", "dW", "db")\n\n    def __init__(',
            )
        }
    },
    "the ELU in place, and the derivative with a mask": {
        "edit": {
            "elu": (
                "return np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))",
                ("low = Z <= 0\n    Z[low] = np.exp(Z[low]) - 1\n    return Z"),
            ),
            "elu_derivative": (
                "return np.where(A > 0, 1.0, A + 1)",
                ("slopes = np.ones(A.shape)\n    slopes[A < 0] += A[A < 0]\n    return slopes"),
            ),
        }
    },
    "the ELU as a sum of two branches": {
        "edit": {
            "elu": (
                "return np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))",
                "return np.maximum(Z, 0) + np.exp(np.minimum(Z, 0)) - 1",
            ),
            "elu_derivative": ("return np.where(A > 0, 1.0, A + 1)", "return np.minimum(A, 0) + 1"),
        }
    },
    "one number at a time": {
        "edit": {
            "elu": (
                "return np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))",
                (
                    "import math\n"
                    "\n"
                    "    f = lambda z: z if z > 0 else math.exp(z) - 1\n"
                    "    return np.array([f(z) for z in Z.ravel()]).reshape(Z.shape)"
                ),
            ),
            "elu_derivative": (
                "return np.where(A > 0, 1.0, A + 1)",
                "return np.vectorize(lambda a: 1.0 if a > 0 else 1.0 + a)(A)",
            ),
        }
    },
    "both functions by np.vectorize, defined by assignment": {
        "edit": {
            "elu": (
                "elu = np.vectorize(lambda z: z if z > 0 else np.exp(z) - 1.0, otypes=[float])"
            ),
            "elu_derivative": (
                "elu_derivative = np.vectorize(lambda a: min(a, 0) + 1.0, otypes=[float])"
            ),
        }
    },
    "a layer that keeps Z, in place, with einsum": {
        "edit": {
            "layer": [
                (
                    (
                        "        self.A_in = A_in\n"
                        "        Z = A_in @ self.W + self.b\n"
                        "        self.A = elu(Z) if self.has_elu else Z\n"
                        "        return self.A"
                    ),
                    (
                        "        self.cache = {'A_in': A_in, 'Z': np.dot(A_in, self.W) + "
                        "self.b}\n"
                        "        return elu(self.cache['Z']) if self.has_elu else "
                        "self.cache['Z'].copy()"
                    ),
                ),
                (
                    (
                        "        delta = upstream * elu_derivative(self.A) if self.has_elu "
                        "else upstream\n"
                        "        self.dW, self.db = self.A_in.T @ delta, delta.sum(axis=0)\n"
                        "        return delta @ self.W.T"
                    ),
                    (
                        "        if self.has_elu:\n"
                        "            upstream *= elu_derivative(elu(self.cache['Z']))\n"
                        "        self.dW = np.einsum('ri,ro->io', self.cache['A_in'], "
                        "upstream)\n"
                        "        self.db = np.einsum('ro->o', upstream)\n"
                        "        return np.einsum('ro,io->ri', upstream, self.W)"
                    ),
                ),
            ]
        }
    },
    "a layer with functions for attributes, row by row": {
        "edit": {
            "layer": [
                (
                    "self.W, self.b, self.has_elu = W, b, has_elu",
                    (
                        "self.W, self.b, self.name = W, b, 'layer'\n"
                        "        self.f = elu if has_elu else lambda Z: Z\n"
                        "        self.slope = elu_derivative if has_elu else np.ones_like"
                    ),
                ),
                ("elu(Z) if self.has_elu else Z", "self.f(Z)"),
                (
                    "upstream * elu_derivative(self.A) if self.has_elu else upstream",
                    "upstream * self.slope(self.A)",
                ),
                (
                    "self.dW, self.db = self.A_in.T @ delta, delta.sum(axis=0)",
                    (
                        "self.dW, self.db = np.zeros(self.W.shape), np.zeros(self.b.shape)\n"
                        "        for row, own in zip(self.A_in, delta):\n"
                        "            self.dW += np.outer(row, own)\n"
                        "            self.db += own"
                    ),
                ),
            ]
        }
    },
    "the loss row by row with logaddexp": {
        "edit": {
            "loss": (
                "def smooth_loss(Z, Y, smoothing):\n"
                "    total = 0\n"
                "    for z, y in zip(Z, Y):\n"
                "        logarithms = z - np.logaddexp.reduce(z)\n"
                "        total -= (1 - smoothing) * logarithms[y.argmax()] + smoothing * "
                "logarithms.mean()\n"
                "    return total / len(Y)"
            ),
            "loss_gradient": (
                "def smooth_loss_gradient(Z, Y, smoothing):\n"
                "    rows = []\n"
                "    for z, y in zip(Z, Y):\n"
                "        A = np.exp(z - np.logaddexp.reduce(z))\n"
                "        rows.append((A - y + smoothing * (y - 1 / len(y))) / len(Y))\n"
                "    return np.array(rows)"
            ),
        }
    },
    "the loss as a NumPy number, targets written in another way": {
        "edit": {
            "loss": [
                (
                    "float((targets * (logarithms - Z)).sum() / len(Z))",
                    "np.asarray(-np.mean(np.sum(targets * (Z - logarithms), axis=-1)))",
                ),
                (
                    "(1 - smoothing) * Y + smoothing / Y.shape[1]",
                    "Y - smoothing * (Y - 1 / Y.shape[-1])",
                ),
            ],
            "loss_gradient": (
                "(1 - smoothing) * Y + smoothing / Y.shape[1]",
                (
                    "np.where(Y == 1, 1 - smoothing + smoothing / Y.shape[1], smoothing / "
                    "Y.shape[1])"
                ),
            ),
        }
    },
    "gradients as a tuple of lists, collected backward": {
        "edit": {
            "network": [
                (
                    (
                        "    for layer in reversed(layers):\n"
                        "        upstream = layer.backward(upstream)\n"
                    ),
                    (
                        "    loss, gradients = smooth_loss(A, Y, smoothing), []\n"
                        "    for k in range(len(layers) - 1, -1, -1):\n"
                        "        upstream = layers[k].backward(upstream)\n"
                        "        gradients.append([layers[k].dW, layers[k].db])\n"
                    ),
                ),
                (
                    (
                        "return smooth_loss(A, Y, smoothing), [(layer.dW, layer.db) for "
                        "layer in layers]"
                    ),
                    "return [loss, tuple(reversed(gradients))]",
                ),
            ]
        }
    },
    "an optimizer that finds its means by id, and decays first": {
        "edit": {
            "optimizer": [
                ("self.means, self.steps = None, 0", "self.means, self.steps = {}, 1"),
                (
                    (
                        "        if self.means is None:\n"
                        "            self.means = [np.zeros_like(array) for array in arrays]\n"
                        "        self.steps += 1\n"
                        "        for array, mean, gradient in zip(arrays, self.means, "
                        "gradients):\n"
                        "            mean[...] = self.mu * mean + (1 - self.mu) * gradient\n"
                    ),
                    (
                        "        for array, gradient in zip(arrays, gradients):\n"
                        "            mean = self.mu * self.means.get(id(array), 0) + (1 - "
                        "self.mu) * gradient\n"
                        "            self.means[id(array)] = mean\n"
                    ),
                ),
                (
                    (
                        "            fading = self.decay * array if array.ndim > 1 else 0.0\n"
                        "            array -= self.learning_rate * (mean / (1 - "
                        "self.mu**self.steps) + fading)"
                    ),
                    (
                        "            if len(array.shape) == 2:\n"
                        "                array *= 1 - self.learning_rate * self.decay\n"
                        "            array -= self.learning_rate * mean / (1 - "
                        "self.mu**self.steps)\n"
                        "        self.steps += 1"
                    ),
                ),
            ]
        }
    },
    "an optimizer that keeps all gradients": {
        "edit": {
            "optimizer": (
                "class AveragedDescent:\n"
                "    def __init__(self, learning_rate, mu=0.9, decay=0.0):\n"
                "        self.eta, self.mu, self.decay, self.seen = learning_rate, mu, "
                "decay, []\n"
                "\n"
                "    def step(self, arrays, gradients):\n"
                "        self.seen.append([np.array(gradient) for gradient in gradients])\n"
                "        weights = self.mu ** np.arange(len(self.seen))[::-1]\n"
                "        for k in range(len(arrays)):\n"
                "            mean = sum(w * own[k] for w, own in zip(weights, self.seen)) / "
                "weights.sum()\n"
                "            if np.ndim(arrays[k]) != 1:\n"
                "                mean = mean + self.decay * arrays[k]\n"
                "            arrays[k][:] = arrays[k] - self.eta * mean\n"
                "        return arrays"
            ),
            "fit": [("range(4)", "range(3)")],
        }
    },
    "an optimizer with a count for each array": {
        "edit": {
            "optimizer": [
                (
                    "self.means = [np.zeros_like(array) for array in arrays]",
                    "self.means = [[np.zeros_like(array), 0] for array in arrays]",
                ),
                ("        self.steps += 1\n", ""),
                (
                    "            mean[...] = self.mu * mean + (1 - self.mu) * gradient\n",
                    (
                        "            mean[1] += 1\n"
                        "            mean[0] = self.mu * mean[0] + (1 - self.mu) * gradient\n"
                    ),
                ),
                ("mean / (1 - self.mu**self.steps)", "mean[0] / (1 - self.mu ** mean[1])"),
            ]
        }
    },
    "a deeper network, without shuffling, in lists": {
        "edit": {
            "fit": [
                ("[784, 20, 10]", "[784, 30, 20, 10]"),
                ("generator.permutation(len(X))", "np.arange(len(X))"),
                ("range(4)", "range(5)"),
                (
                    "[(layer.W, layer.b) for layer in layers]",
                    "tuple([layer.W.astype(np.float32), layer.b] for layer in layers)",
                ),
            ]
        }
    },
    "its own loop over layers, and a falling learning rate": {
        "edit": {
            "fit": [
                (
                    (
                        "_, gradients = loss_and_gradients(layers, X[rows], Y[rows], 0.1)\n"
                        "            rule.step(arrays, [array for pair in gradients for "
                        "array in pair])"
                    ),
                    (
                        "loss_and_gradients(layers, X[rows], Y[rows], smoothing=0.1)\n"
                        "            rule.step(arrays, [g for layer in layers for g in "
                        "(layer.dW, layer.db)])\n"
                        "        rule.learning_rate *= 0.8"
                    ),
                ),
                (
                    "AveragedDescent(0.3, 0.9, 0.001)",
                    "AveragedDescent(learning_rate=0.3, mu=0.9, decay=0.001)",
                ),
            ]
        }
    },
}
