"""Wrong solutions of *Deeper*."""

WRONG = {
    "infinity times 0": {
        "edit": {
            "elu": (
                "np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))",
                "(Z > 0) * Z + (Z <= 0) * (np.exp(Z) - 1)",
            )
        },
        "loses": ["check_elu"],
        "says": "at 1000 and −1000",
    },
    "slope written for the sum": {
        "edit": {"elu": ("1.0, A + 1", "1.0, np.exp(A)")},
        "loses": ["check_elu", "check_layer", "check_network"],
        "form": "derivative for Z, given A",
    },
    "the layer forgets its activation on the way back": {
        "edit": {"layer": ("slope * elu_slope(self.A) if self.bent else slope", "slope")},
        "loses": ["check_layer", "check_network"],
        "form": "missing activation derivative",
    },
    "the slope handed down before the activation": {
        "edit": {"layer": ("return delta @", "return slope @")},
        "loses": ["check_layer", "check_network"],
        "form": "error carried back in place of the delta",
    },
    "weights reshaped instead of transposed": {
        "edit": {"layer": ("self.W.T", "self.W.reshape(self.W.shape[::-1])")},
        "loses": ["check_layer", "check_network", "check_fit"],
        "form": "transposed weights",
    },
    "a mean over rows in each layer": {
        "edit": {"layer": ("return delta @ self.W.T", "return delta @ self.W.T / len(delta)")},
        "loses": ["check_layer", "check_network", "check_fit"],
        "form": "mean taken again in each layer",
    },
    "what forward keeps is shared by all layers": {
        "edit": {
            "layer": [
                ("self.A_in = A_in", "Layer.A_in = A_in"),
                ("self.A = elu(Z)", "Layer.A = elu(Z)"),
                ("return self.A\n", "return Layer.A\n"),
            ]
        },
        "loses": ["check_layer", "check_network", "check_fit"],
        "says": "a second layer next to it",
    },
    "targets not smoothed in the slope": {
        "edit": {"loss": (" - targets) / len(Z)", " - Y) / len(Z)")},
        "loses": ["check_loss", "check_network"],
        "says": "your own loss changes with Z",
    },
    "softmax without the shift": {
        "edit": {"loss": (" - Z.max(axis=1, keepdims=True)", "")},
        "loses": ["check_loss"],
        "says": "for sums of 1000",
    },
    "pairs from the outputs on": {
        "edit": {"network": ("for layer in layers]", "for layer in reversed(layers)]")},
        "loses": ["check_network", "check_fit"],
        "form": "wrong layer order",
    },
    "a step for each array": {
        "edit": {
            "optimizer": [
                ("        self.steps += 1\n", ""),
                ("            mean[...]", "            self.steps += 1\n            mean[...]"),
            ]
        },
        "loses": ["check_optimizer"],
        "says": "W becomes [[0, 3]] and b [2]",
    },
    "new arrays in place of changed ones": {
        "edit": {"optimizer": ("array -= self.rate * (", "array = array - self.rate * (")},
        "loses": ["check_optimizer", "check_fit"],
        "says": "in place; yours are",
    },
    "one memory for all rules": {
        "edit": {
            "optimizer": [
                ("self.means, self.steps = None, 0", "self.steps = 0"),
                ("self.means is None", 'not hasattr(AveragedDescent, "means")'),
                ("self.means = [", "AveragedDescent.means = ["),
            ]
        },
        "loses": ["check_optimizer", "check_fit"],
        "says": "weights fade by 0.1",
    },
    "one epoch with short steps": {
        "edit": {"fit": [("range(4)", "range(1)"), ("0.3, 0.9", "0.01, 0.9")]},
        "loses": ["check_fit"],
        "says": "watch the loss from epoch to epoch",
    },
}
