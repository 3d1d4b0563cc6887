"""Wrong solutions of *Six steps*."""

WRONG = {
    "weights between 0 and 1": {
        "edit": {"new_network": ("uniform(-bound, bound)", "random()")},
        "loses": ["check_new_network"],
        "says": "a weight lies outside",
    },
    "the bias among the weights": {
        "edit": {"new_network": ("range(inputs)", "range(inputs + 1)")},
        "loses": ["check_new_network"],
        "says": "the bias is an entry of its own",
    },
    "bias left out of the forward pass": {
        "edit": {"forward": ('z = neuron["bias"]', "z = 0")},
        "loses": ["check_forward", "check_fit"],
        "says": "1·2 + 2·1 − 1 = 3",
    },
    "slope of the sigmoid": {
        "edit": {"softsign_slope": ("(1 - abs(output)) ** 2", "output * (1 - output)")},
        "loses": ["check_slope", "check_backward", "check_fit"],
        "form": "derivative of another activation",
    },
    "slope written for z": {
        "edit": {"softsign_slope": ("(1 - abs(output)) ** 2", "1 / (1 + abs(output)) ** 2")},
        "loses": ["check_slope", "check_backward"],
        "form": "derivative for Z, given A",
    },
    "slope of the activation left out": {
        "edit": {"backward": (' * softsign_slope(neuron["output"])', "")},
        "loses": ["check_backward"],
        "form": "missing activation derivative",
    },
    "target minus output": {
        "edit": {"backward": ('neuron["output"] - target', 'target - neuron["output"]')},
        "loses": ["check_backward", "check_fit"],
        "form": "sign",
    },
    "weights the wrong way round": {
        "edit": {
            "backward": (
                """for next_neuron in above:
                slope += next_neuron["delta"] * next_neuron["weights"][index]""",
                """for number, next_neuron in enumerate(above):
                other = above[index % len(above)]["weights"]
                slope += next_neuron["delta"] * other[number % len(other)]""",
            )
        },
        "loses": ["check_backward"],
        "form": "transposed weights",
    },
    "the error is carried back": {
        "edit": {
            "backward": [
                ("slope = 0.0", 'slope, neuron["error"] = 0.0, 0.0'),
                (
                    'slope += next_neuron["delta"] * next_neuron["weights"][index]',
                    'slope += next_neuron["error"] * next_neuron["weights"][index]\n'
                    '            neuron["error"] = slope',
                ),
                (
                    '        neuron["delta"] = (neuron["output"] - target)',
                    '        neuron["error"] = neuron["output"] - target\n'
                    '        neuron["delta"] = (neuron["output"] - target)',
                ),
            ]
        },
        "loses": ["check_backward"],
        "form": "error carried back in place of the delta",
    },
    "uphill": {
        "edit": {"update": ("-= step", "+= step")},
        "loses": ["check_update", "check_fit"],
        "says": "the weights move to [0, 3]",
    },
    "the inputs of the network in each layer": {
        "edit": {
            "update": (
                """        inputs = [neuron["output"] for neuron in layer]""",
                """        inputs = inputs[: len(layer)]""",
            )
        },
        "loses": ["check_update"],
        "says": "check how its dW is computed",
    },
    "the same order in each epoch": {
        "edit": {
            "train": [
                ("        generator.shuffle(order)\n", ""),
                ("list(examples), []\n", "list(examples), []\n    generator.shuffle(order)\n"),
            ]
        },
        "loses": ["check_train"],
        "says": "not drawn again in each epoch",
    },
    "test part scaled by its own ranges": {
        "edit": {"scale": ("in part))", "in examples))")},
        "loses": ["check_scale"],
        "says": "the value 20 of another example becomes 3",
    },
    "a rate too small": {
        "edit": {"fit": ("0.1, 12", "0.001, 3")},
        "loses": ["check_fit"],
        "says": "watch the error from epoch to epoch",
    },
}
