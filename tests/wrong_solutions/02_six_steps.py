"""Wrong solutions of *Six steps*, and right ones that are written in another way.

`MISTAKES` has, for each function that a student writes, the change of the reference and a part of
what its check says. Mistakes in functions that do not use each other are made in one notebook: each
loses the points of its own check, and no other check.
"""

from itertools import zip_longest

MISTAKES = {
    "new_network": {
        "weights between 0 and 1/√n": (
            ("uniform(-bound, bound)", "uniform(0, bound)"),
            "have the same sign",
        ),
        "1/n in place of 1/√n": (
            ("1 / inputs**0.5", "1 / inputs"),
            "the weights do not reach −1/√n",
        ),
        "the bias counts as an input": (
            ("1 / inputs**0.5", "1 / (inputs + 1) ** 0.5"),
            "the weights do not reach −1/√n",
        ),
        "the range of the first layer for all layers": (
            ("1 / inputs**0.5", "1 / sizes[0] ** 0.5"),
            "lies outside −1/√n to 1/√n",
        ),
        "normal in place of uniform": (
            ("uniform(-bound, bound)", "gauss(0, bound)"),
            "lies outside −1/√n to 1/√n",
        ),
        "more small weights than large ones": (
            ("uniform(-bound, bound)", "triangular(-bound, bound)"),
            "not drawn uniformly",
        ),
        "the bias among the weights": (
            ("range(inputs)", "range(inputs + 1)"),
            "the bias is an entry of its own",
        ),
        "random biases": (
            ('"bias": 0.0', '"bias": generator.uniform(-bound, bound)'),
            "every bias starts at 0",
        ),
        "one neuron, several times": (
            ("range(neurons)", "range(1)"),
            "yours has the layers [1, 1]",
        ),
        "identical neurons": (
            ("network.append(layer)", "network.append([layer[0]] * neurons)"),
            "have the same weights",
        ),
        "a generator for each neuron": (
            ("            weights", ("            generator = Random(seed)\n            weights")),
            "have the same weights",
        ),
        "one weight for all inputs of a neuron": (
            (
                "[generator.uniform(-bound, bound) for _ in range(inputs)]",
                "[generator.uniform(-bound, bound)] * inputs",
            ),
            "the same weight several times",
        ),
        "a layer for the inputs": (
            ("zip(sizes, sizes[1:])", "zip([1] + sizes, sizes)"),
            "mean 2 layers of neurons",
        ),
        "an unseeded generator": (
            ("Random(seed)", "Random()"),
            "the same seed gave another network",
        ),
        "always the same seed": (("Random(seed)", "Random(1)"), "is it used?"),
        "a generator for each layer": (
            ("        bound =", "        generator = Random(seed)\n        bound ="),
            "each layer has the same random numbers",
        ),
        "the new network is printed": (
            ("return network", "print(network)"),
            "yours returns a NoneType",
        ),
    },
    "softsign": {
        "softsign without the absolute value": (
            ("abs(z)", "z + (z == -1)"),
            "softsign(-3.0) is -0.75",
        ),
        "softsign without parentheses": (
            ("z / (1 + abs(z))", "z / 1 + abs(z)"),
            "softsign(1.0) is 0.5; yours is 2.0",
        ),
        "softsign without its sign": (
            ("z / (1", "abs(z) / (1"),
            "softsign(-3.0) is -0.75; yours is 0.75",
        ),
        "the sigmoid": (
            ("    return z / (1 + abs(z))", "    return 1 / (1 + 2.718281828459045**-z)"),
            "softsign(0.0) is 0.0; yours is 0.5",
        ),
    },
    "forward": {
        "bias left out of the forward pass": (
            ('z = neuron["bias"]', "z = 0"),
            "the outputs are those without the bias",
        ),
        "bias added after the activation": (
            [('z = neuron["bias"]', "z = 0"), ("softsign(z)", 'softsign(z) + neuron["bias"]')],
            "the bias is added to the output",
        ),
        "no activation at the last layer": (
            ("softsign(z)", "z if layer is network[-1] and len(network) > 1 else softsign(z)"),
            "the stored outputs are the weighted sums z",
        ),
        "no bias at the last layer": (
            ('neuron["bias"]', 'neuron["bias"] * (layer is not network[-1])'),
            "the outputs are those without the bias",
        ),
        "outputs are not stored": (
            [
                (
                    "    for layer in network:\n",
                    ("    for layer in network:\n        outputs = []\n"),
                ),
                ('neuron["output"] = softsign(z)', "outputs.append(softsign(z))"),
                ('[neuron["output"] for neuron in layer]', "outputs"),
            ],
            'there is no network[0][0]["output"] after forward',
        ),
        "the stored output is z": (
            [
                ('neuron["output"] = softsign(z)', 'neuron["output"] = z'),
                ('[neuron["output"] for', '[softsign(neuron["output"]) for'),
            ],
            "the stored outputs are the weighted sums z",
        ),
        "the inputs of the network in each layer": (
            (
                ('        inputs = [neuron["output"] for neuron in layer]\n    return inputs'),
                '    return [neuron["output"] for neuron in network[-1]]',
            ),
            "what are the inputs of a later layer?",
        ),
        "forward returns the first layer": (
            ("    return inputs", '    return [neuron["output"] for neuron in network[0]]'),
            "forward returns the outputs of the first layer",
        ),
        "the bias is subtracted": (
            ('z = neuron["bias"]', 'z = -neuron["bias"]'),
            "z = −1 + 1·2 + 2·1 = 3",
        ),
        "the first outputs stay": (
            ('neuron["output"] = softsign(z)', 'neuron.setdefault("output", softsign(z))'),
            "something of the first is still in its outputs",
        ),
        "forward returns nothing": (
            ("    return inputs", "    print(inputs)"),
            "forward does not return the list of those of",
        ),
        "a 1 for the bias is appended to the inputs": (
            [
                (
                    "    for layer in network:\n",
                    ("    for layer in network:\n        inputs.append(1)\n"),
                ),
                (
                    (
                        'z = neuron["bias"]\n'
                        '            for weight, value in zip(neuron["weights"], inputs)'
                    ),
                    (
                        "z = 0\n"
                        '            for weight, value in zip(neuron["weights"] + '
                        '[neuron["bias"]], inputs)'
                    ),
                ),
            ],
            "forward changes the list of inputs",
        ),
        "the bias is put among the weights": (
            (
                '            z = neuron["bias"]\n',
                ('            z = neuron["bias"]\n            neuron["weights"].append(z)\n'),
            ),
            "forward changes a weight or a bias",
        ),
    },
    "softsign_slope": {
        "slope of the sigmoid": (
            ("(1 - abs(output)) ** 2", "output * (1 - output)"),
            "derivative of another activation",
        ),
        "slope written for z": (
            ("(1 - abs(output)) ** 2", "1 / (1 + abs(output)) ** 2"),
            "this is f′ as a formula with z",
        ),
        "slope without the square": (
            ("(1 - abs(output)) ** 2", "1 - abs(output)"),
            "softsign_slope returns 1 − |a|",
        ),
        "slope for positive outputs only": (
            ("abs(output)", "output"),
            "right for positive outputs and wrong for negative ones",
        ),
        "the slope of tanh": (
            ("(1 - abs(output)) ** 2", "1 - output**2"),
            "“Its derivative”",
        ),
        "the slope is always 1": (
            ("(1 - abs(output)) ** 2", "1.0"),
            "the slope is always 1",
        ),
        "no slope at 0": (
            ("(1 - abs(output)) ** 2", "(1 - abs(output)) ** 2 if output else 0.0"),
            "wrong where the output is 0",
        ),
        "a slope of both signs": (
            ("(1 - abs(output)) ** 2", "(1 - abs(output)) ** 2 * (1 if output >= 0 else -1)"),
            "the wrong sign for negative outputs",
        ),
        "a measured slope": (
            (
                "    return (1 - abs(output)) ** 2",
                "    z = output / (1 - abs(output))\n"
                "    return (softsign(z + 1e-6) - softsign(z - 1e-6)) / 2e-6",
            ),
            "only roughly right",
        ),
        "the slope is printed": (
            ("return (1 - abs(output)) ** 2", "print((1 - abs(output)) ** 2)"),
            "does not return a number",
        ),
    },
    "backward": {
        "slope of the activation left out": (
            (' * softsign_slope(neuron["output"])', ""),
            "missing activation derivative",
        ),
        "slope left out in hidden layers": (
            ('signal * softsign_slope(neuron["output"])', "signal"),
            "missing activation derivative",
        ),
        "slope taken twice": (
            ('softsign_slope(neuron["output"])', 'softsign_slope(neuron["output"]) ** 2'),
            "the slope is a factor twice",
        ),
        "target minus output": (
            ('neuron["output"] - target', 'target - neuron["output"]'),
            "sign: every delta has the wrong sign",
        ),
        "E without its ½": (
            ('(neuron["output"] - target)', '2 * (neuron["output"] - target)'),
            "twice as large as it should be",
        ),
        "the mean over the outputs": (
            ('(neuron["output"] - target)', '(neuron["output"] - target) / len(targets)'),
            "E is half of a sum",
        ),
        "the sigmoid's slope": (
            ('softsign_slope(neuron["output"])', 'neuron["output"] * (1 - neuron["output"])'),
            "another activation function, such as the sigmoid",
        ),
        "softsign once more": (
            ('softsign_slope(neuron["output"])', 'softsign_slope(softsign(neuron["output"]))'),
            "softsign_slope takes the output, but something else",
        ),
        "deltas add up from example to example": (
            ('neuron["delta"] = signal', 'neuron["delta"] = neuron.get("delta", 0.0) + signal'),
            "something of the first is still in them",
        ),
        "the delta of the last example": (
            (
                'next_neuron["delta"] * next_neuron["weights"]',
                'neuron.get("delta", next_neuron["delta"]) * next_neuron["weights"]',
            ),
            "something of the first is still in them",
        ),
        "weights the wrong way round": (
            (
                (
                    "            for next_neuron in above:\n"
                    '                signal += next_neuron["delta"] * '
                    'next_neuron["weights"][index]\n'
                ),
                (
                    "            for number, next_neuron in enumerate(above):\n"
                    '                other = above[index % len(above)]["weights"]\n'
                    '                signal += next_neuron["delta"] * other[number % '
                    "len(other)]\n"
                ),
            ),
            "transposed weights: the error signal takes the wrong weights",
        ),
        "one term in place of the sum": (
            ("signal += next", "signal = next"),
            "the sum takes one neuron of the next layer, not all of them",
        ),
        "the neuron's own weights": (
            ('next_neuron["weights"][index]', 'neuron["weights"][0]'),
            "Look at BP2",
        ),
        "the error is carried back": (
            [
                ("signal = 0.0", 'signal, neuron["error"] = 0.0, 0.0'),
                (
                    (
                        '                signal += next_neuron["delta"] * '
                        'next_neuron["weights"][index]'
                    ),
                    (
                        '                signal += next_neuron["error"] * '
                        'next_neuron["weights"][index]\n'
                        '            neuron["error"] = signal'
                    ),
                ),
                (
                    '        neuron["delta"] = (neuron["output"] - target)',
                    (
                        '        neuron["error"] = neuron["output"] - target\n'
                        '        neuron["delta"] = (neuron["output"] - target)'
                    ),
                ),
            ],
            "the derivative with respect to its outputs",
        ),
        "deltas of the last layer alone": (
            (
                (
                    "    for layer, above in reversed(list(zip(network, network[1:]))):\n"
                    "        for index, neuron in enumerate(layer):\n"
                    "            signal = 0.0\n"
                    "            for next_neuron in above:\n"
                    '                signal += next_neuron["delta"] * '
                    'next_neuron["weights"][index]\n'
                    '            neuron["delta"] = signal * '
                    'softsign_slope(neuron["output"])'
                ),
                "",
            ),
            'there is no network[0][0]["delta"] after backward',
        ),
        "no error in the hidden layers": (
            (
                (
                    "            for next_neuron in above:\n"
                    '                signal += next_neuron["delta"] * '
                    'next_neuron["weights"][index]\n'
                ),
                "",
            ),
            "the deltas of the hidden layers are 0",
        ),
        "from the first layer to the last": (
            ("in reversed(list(zip(network, network[1:])))", "in zip(network, network[1:])"),
            "which layer is first?",
        ),
        "backward moves the weights": (
            (
                ('                signal += next_neuron["delta"] * next_neuron["weights"][index]'),
                (
                    '                signal += next_neuron["delta"] * '
                    'next_neuron["weights"][index]\n'
                    '                next_neuron["weights"][index] -= 0.1 * '
                    'next_neuron["delta"]'
                ),
            ),
            "backward changes something other than the deltas",
        ),
    },
    "update": {
        "uphill": (("-= step", "+= step"), "the weights move uphill"),
        "only the biases uphill": (
            ('neuron["bias"] -= step', 'neuron["bias"] += step'),
            "the biases move uphill",
        ),
        "no learning rate": (
            ('step = rate * neuron["delta"]', 'step = neuron["delta"]'),
            "the weights move without the learning rate",
        ),
        "no learning rate for the biases": (
            ('neuron["bias"] -= step', 'neuron["bias"] -= neuron["delta"]'),
            "the biases move without the learning rate",
        ),
        "the learning rate twice": (
            ("-= step * value", "-= rate * step * value"),
            "the learning rate is a factor twice",
        ),
        "biases that never move": (
            ('            neuron["bias"] -= step\n', ""),
            "the biases do not move",
        ),
        "a bias moves once per input": (
            ('            neuron["bias"] -= step', '                neuron["bias"] -= step'),
            "the steps of the biases are not",
        ),
        "the neuron's own output comes in": (
            ("step * value", 'step * neuron["output"]'),
            "the steps of the first layer's weights are wrong",
        ),
        "no inputs in the steps": (
            ("-= step * value", "-= step"),
            "the steps of the first layer's weights are wrong",
        ),
        "the inputs of the network come in everywhere": (
            (
                '        inputs = [neuron["output"] for neuron in layer]',
                "        inputs = (inputs * 3)[: len(layer)]",
            ),
            "what comes in through them?",
        ),
        "deltas in place of outputs": (
            ('neuron["output"] for', 'neuron["delta"] for'),
            "what comes in through them?",
        ),
        "update returns a new network": (
            (
                "    for layer in network:",
                (
                    "    from copy import deepcopy\n"
                    "\n"
                    "    network = deepcopy(network)\n"
                    "    for layer in network:"
                ),
            ),
            "update changes the network that it is passed, in place",
        ),
        "steps add up from example to example": (
            (
                'step = rate * neuron["delta"]',
                'step = neuron["step"] = neuron.get("step", 0.0) + rate * neuron["delta"]',
            ),
            "the first step is right, but a second one",
        ),
        "the delta is overwritten": (
            (
                '            neuron["bias"] -= step',
                ('            neuron["delta"] = step\n            neuron["bias"] -= step'),
            ),
            "update changes an output or a delta",
        ),
        "only the last layer moves": (
            ("step = rate *", "step = (layer is network[-1]) * rate *"),
            "the steps of the first layer's weights are wrong",
        ),
    },
    "targets_of": {
        "targets 1 and 0": (("-1.0", "0.0"), "yours are [0.0, 0.0, 1.0]"),
        "targets with the signs exchanged": (
            ("==", "!="),
            "label 2 of 3 classes has the targets [-1, -1, 1]",
        ),
        "labels from 1": (
            ("index ==", "index + 1 =="),
            "label 2 of 3 classes has the targets [-1, -1, 1]",
        ),
        "always three targets": (("range(classes)", "range(3)"), "5 classes have 5 targets"),
    },
    "train": {
        "the list's own order": (
            ("        generator.shuffle(order)\n", ""),
            "always come in the order of the list",
        ),
        "the same order in each epoch": (
            [
                ("        generator.shuffle(order)\n", ""),
                ("list(examples), []\n", ("list(examples), []\n    generator.shuffle(order)\n")),
            ],
            "the order is not drawn again in each epoch",
        ),
        "a generator for each epoch": (
            ("        generator.shuffle(order)\n", "        Random(seed).shuffle(order)\n"),
            "each epoch has a new generator with the same seed",
        ),
        "a generator and a list for each epoch": (
            (
                "        generator.shuffle(order)\n",
                ("        order = list(examples)\n        Random(seed).shuffle(order)\n"),
            ),
            "the order is not drawn again in each epoch",
        ),
        "an unseeded order": (("Random(seed)", "Random()"), "the same seed gave another order"),
        "the same order for each seed": (
            ("Random(seed)", "Random(0)"),
            "in the same order for each seed",
        ),
        "examples drawn with replacement": (
            ("generator.shuffle(order)", "order = generator.choices(examples, k=len(examples))"),
            "not each example is visited exactly once",
        ),
        "the list itself is shuffled": (
            ("list(examples), []", "examples, []"),
            "train changes the list that it is passed: shuffle a copy",
        ),
        "the last example is left out": (
            ("in order:", "in order[: len(order) - (len(order) > 1)]:"),
            "followed by its update",
        ),
        "a constant rate": (
            ("rate * (1 - epoch / epochs)", "rate"),
            "the learning rate is the same in each epoch",
        ),
        "epochs counted from 1": (
            ("(1 - epoch / epochs)", "(1 - (epoch + 1) / epochs)"),
            "epochs are counted from 0",
        ),
        "T − 1 in place of T": (
            ("(1 - epoch / epochs)", "(1 - epoch / max(epochs - 1, 1))"),
            "the last epoch has the rate 0",
        ),
        "each rate from the one before": (
            [
                (
                    "        generator.shuffle",
                    "        rate *= 1 - epoch / epochs\n        generator.shuffle",
                ),
                ("rate * (1 - epoch / epochs))", "rate)"),
            ],
            "from that of the epoch before",
        ),
        "the rate falls as a square": (
            ("(1 - epoch / epochs)", "(1 - epoch / epochs) ** 2"),
            "after it the rate is another",
        ),
        "the targets of chapter 5": (
            (
                "targets_of(label, len(network[-1]))",
                "[float(label == index) for index in range(len(network[-1]))]",
            ),
            "train uses the targets 1 and 0",
        ),
        "always three classes": (("len(network[-1])", "3"), "with four outputs train is wrong"),
        "another seed for each epoch": (
            ("        generator.shuffle(order)\n", "        Random(seed + epoch).shuffle(order)\n"),
            "each epoch has a new generator",
        ),
        "another seed and a new list for each epoch": (
            (
                "        generator.shuffle(order)\n",
                "        order = list(examples)\n        Random(seed + epoch).shuffle(order)\n",
            ),
            "each epoch has a new generator",
        ),
        "the rate falls within an epoch": (
            [
                ("for inputs, label in order", "for place, (inputs, label) in enumerate(order)"),
                ("(1 - epoch / epochs)", "(1 - (epoch + place / len(order)) / epochs)"),
            ],
            "the rate falls from example to example",
        ),
        "an update after the last example alone": (
            [
                (
                    ("            backward(network, targets)\n            update"),
                    ("        backward(network, targets)\n        update"),
                )
            ],
            "followed by its update",
        ),
        "no update": (
            ("            update(network, inputs, rate * (1 - epoch / epochs))\n", ""),
            "train changes nothing",
        ),
        "train returns the network": (
            ("return errors", "return network"),
            "train returns a list with one number per epoch",
        ),
        "a sum in place of the mean": (
            ("total / len(examples)", "total"),
            "the error of an epoch is a sum over the examples",
        ),
        "the error of the last example": (
            [("total +=", "total ="), ("total / len(examples)", "total")],
            "the error of an epoch is that of the last example",
        ),
        "errors without the ½": (
            ("zip(outputs, targets)) / 2", "zip(outputs, targets))"),
            "the returned errors lack the ½ of E",
        ),
        "the total is never reset": (
            [
                ("        total = 0.0\n", ""),
                ("    for epoch in", ("    total = 0.0\n    for epoch in")),
            ],
            "still contain those of the epochs before it",
        ),
        "errors after the update": (
            (
                (
                    "            outputs = forward(network, inputs)\n"
                    "            total += sum((a - t) ** 2 for a, t in zip(outputs, "
                    "targets)) / 2\n"
                    "            backward(network, targets)\n"
                    "            update(network, inputs, rate * (1 - epoch / epochs))"
                ),
                (
                    "            forward(network, inputs)\n"
                    "            backward(network, targets)\n"
                    "            update(network, inputs, rate * (1 - epoch / epochs))\n"
                    "            outputs = forward(network, inputs)\n"
                    "            total += sum((a - t) ** 2 for a, t in zip(outputs, "
                    "targets)) / 2"
                ),
            ),
            "each E is computed after its update",
        ),
        "one class for each label that occurs": (
            ("len(network[-1])", "len({label for _, label in examples} | {0, 1})"),
            "with a class that has no example",
        ),
    },
    "scale": {
        "the test part is scaled by its own ranges": (
            ("in part))", "in examples))"),
            "another example is scaled with its own range",
        ),
        "scaled to 0 to 1": (
            ("2 * (value - low) / (high - low) - 1", "(value - low) / (high - low)"),
            "the range is −1 to 1; yours is 0 to 1",
        ),
        "one range for all features": (
            (
                "ranges = [(min(column), max(column)) for column in columns]",
                ("ranges = [(min(map(min, columns)), max(map(max, columns)))] * len(columns)"),
            ),
            "6, 2, 12 become −0.2, −1, 1",
        ),
        "divided by the largest value": (
            ("2 * (value - low) / (high - low) - 1 if high > low else 0.0", "value / high"),
            "6, 2, 12 become −0.2, −1, 1",
        ),
        "a constant feature divides by zero": (
            (" if high > low else 0.0", ""),
            "scale divides by zero",
        ),
        "a constant feature becomes −1": (
            (
                "2 * (value - low) / (high - low) - 1 if high > low else 0.0",
                "2 * (value - low) / ((high - low) or 1) - 1",
            ),
            "a feature that is always 5 becomes 0",
        ),
        "a constant feature is shifted": (
            ("high > low else 0.0", "high > low else value - low"),
            "a feature that is constant in part becomes 0 everywhere",
        ),
        "values outside the range are cut off": (
            ("row.append(2 * (value - low)", "row.append(2 * (min(max(value, low), high) - low)"),
            "a value outside the range of part is cut off",
        ),
        "the labels are lost": (
            ("scaled.append((row, label))", "scaled.append(row)"),
            "an example is a pair (inputs, label)",
        ),
        "the examples themselves are scaled": (
            [
                ("        row = []\n", "        row = inputs\n"),
                (
                    "for value, (low, high) in zip(inputs, ranges)",
                    "for place, (value, (low, high)) in enumerate(zip(inputs, ranges))",
                ),
                (
                    ("row.append(2 * (value - low) / (high - low) - 1 if high > low else 0.0)"),
                    ("row[place] = 2 * (value - low) / (high - low) - 1 if high > low else 0.0"),
                ),
            ],
            "scale changes the examples that it is passed",
        ),
    },
    "predict": {
        "predict returns the output": (
            ("outputs.index(max(outputs))", "max(outputs)"),
            "so the label is 2; you predict",
        ),
        "predict counts from 1": (
            ("outputs.index(max(outputs))", "outputs.index(max(outputs)) + 1"),
            "so the label is 2; you predict 3",
        ),
        "predict takes the smallest": (("max(", "min("), "so the label is 2; you predict 0"),
        "predict ignores signs": (
            (
                "outputs = forward(network, inputs)",
                "outputs = [abs(output) for output in forward(network, inputs)]",
            ),
            "so the label is 0; you predict 1",
        ),
        "predict starts from 0": (
            (
                "    return outputs.index(max(outputs))",
                (
                    "    best, label = 0, 0\n"
                    "    for index, output in enumerate(outputs):\n"
                    "        if output > best:\n"
                    "            best, label = output, index\n"
                    "    return label"
                ),
            ),
            "so the label is 2; you predict 0",
        ),
    },
    "fit": {
        "a rate too small": (("0.2, 8", "0.001, 3"), "Look at the errors that train returns"),
        "no training": (
            ("    train(network, examples, 0.2, 8, seed)\n", ""),
            "Look at the errors that train returns",
        ),
        "fit returns the errors": (
            (
                ("train(network, examples, 0.2, 8, seed)\n    return network"),
                "return train(network, examples, 0.2, 8, seed)",
            ),
            "fit returns something other than the trained network",
        ),
        "fit returns nothing": (
            ("return network", "print(network)"),
            "fit returns something other than the trained network",
        ),
        "fit learns from the kernels of another cell": (
            ("train(network, examples,", "train(network, scale(*[split(7)[0]] * 2),"),
            "does fit learn from the examples that it is passed",
        ),
    },
}

CHECKS = {name: f"check_{name}" for name in MISTAKES} | {
    "softsign_slope": "check_slope",
    "targets_of": "check_targets",
}
USES = {  # what a task uses of earlier ones; its visible check points to the first that is wrong
    "forward": ["softsign"],
    "backward": ["softsign_slope"],
    "train": ["softsign", "forward", "softsign_slope", "backward", "update", "targets_of"],
    "predict": ["softsign", "forward"],
    "fit": [name for name in MISTAKES if name != "fit"],
}


def case(wrong):
    """A case with these mistakes, (title, (change, text)) by the name of the function."""
    also = {}
    for name, used in USES.items():
        first = next((other for other in used if other in wrong), None)
        assert not (first and name in wrong), "its visible check would point to another mistake"
        if first:
            also[CHECKS[name]] = f"`{first}`, is not right yet"
    return {
        "edit": {name: change for name, (_, (change, _)) in wrong.items()},
        "loses": {CHECKS[name]: text for name, (_, (_, text)) in wrong.items()},
        "also": also,
    }


def cases():
    """The cases by their titles: mistakes side by side that are independent of each other."""
    sides = [
        [
            ["new_network"],
            ["softsign", "forward"],
            ["softsign_slope", "backward"],
            ["update"],
            ["targets_of"],
            ["scale"],
        ],
        [["train"], ["predict"]],
        [["fit"]],
    ]
    for groups in sides:
        columns = [
            [(name, mistake) for name in group for mistake in MISTAKES[name].items()]
            for group in groups
        ]
        for row in zip_longest(*columns):
            wrong = dict(found for found in row if found)
            yield "; ".join(title for title, _ in wrong.values()), case(wrong)


WRONG = dict(cases())
WRONG["the helpers of the checks"] = {  # which work in the notebook alone
    "edit": {
        "softsign": ("z / (1 + abs(z))", "float(bend(z))"),
        "softsign_slope": ("(1 - abs(output)) ** 2", "float(slope_where(output))"),
    },
    "loses": {
        "check_softsign": "backprop.autodiff is not available",
        "check_slope": "backprop.autodiff is not available",
    },
    "unseen": ["check_softsign", "check_slope"],
}
WRONG["a wrong forward, whose z backward and predict use"] = {
    "edit": {
        "forward": (
            '            neuron["output"] = softsign(z)\n',
            '            neuron["z"] = z = z + 0.1\n            neuron["output"] = softsign(z)\n',
        ),
        "backward": ('softsign_slope(neuron["output"])', '(1 + abs(neuron["z"])) ** -2'),
        "predict": (
            "    return outputs.index(max(outputs))",
            '    sums = [neuron["z"] for neuron in network[-1]]\n    return sums.index(max(sums))',
        ),
    },
    "loses": {"check_forward": "z = −1 + 1·2 + 2·1 = 3"},
    "also": {
        name: "`forward`, is not right yet"
        for name in ("check_train", "check_predict", "check_fit")
    },
}

RIGHT = {
    "more entries in a neuron, as they come in useful": {
        "edit": {
            "new_network": (
                '{"weights": weights, "bias": 0.0}',
                '{"bias": 0, "weights": weights, "output": None, "delta": 0.0}',
            ),
            "forward": ("            neuron[", '            neuron["z"] = z\n            neuron['),
            "backward": [
                (
                    'softsign_slope(neuron["output"])',
                    '(neuron["output"] / neuron["z"]) ** 2',
                ),
                (
                    'neuron["delta"] = signal',
                    'neuron["signal"] = signal\n            neuron["delta"] = signal',
                ),
            ],
        }
    },
    "backward stores an error, which train reads": {
        "edit": {
            "backward": (
                "    for neuron, target in zip(network[-1], targets):\n",
                "    for neuron, target in zip(network[-1], targets):\n"
                '        neuron["error"] = (neuron["output"] - target) ** 2 / 2\n',
            ),
            "train": [
                (
                    "            total += sum((a - t) ** 2 for a, t in zip(outputs, targets)) "
                    "/ 2\n",
                    "",
                ),
                (
                    "            update(",
                    '            total += sum(neuron["error"] for neuron in network[-1])\n'
                    "            update(",
                ),
            ],
        }
    },
    "backward returns E, which train adds up": {
        "edit": {
            "backward": (
                '            neuron["delta"] = signal * softsign_slope(neuron["output"])',
                '            neuron["delta"] = signal * softsign_slope(neuron["output"])\n'
                '    return sum((n["output"] - t) ** 2 for n, t in zip(network[-1], targets)) / 2',
            ),
            "train": [
                (
                    "            total += sum((a - t) ** 2 for a, t in zip(outputs, targets)) "
                    "/ 2\n",
                    "",
                ),
                ("            backward(", "            total += backward("),
            ],
        }
    },
    "predict takes the largest z, which forward stores": {
        "edit": {
            "forward": (
                'neuron["output"] = softsign(z)',
                'neuron["output"], neuron["sum"] = softsign(z), z',
            ),
            "predict": (
                "    return outputs.index(max(outputs))",
                '    sums = [neuron["sum"] for neuron in network[-1]]\n'
                "    return sums.index(max(sums))",
            ),
        }
    },
    "forward sets the deltas to 0, and backward adds": {
        "edit": {
            "forward": (
                'neuron["output"] = softsign(z)',
                'neuron["output"], neuron["delta"] = softsign(z), 0.0',
            ),
            "backward": ('neuron["delta"] = ', 'neuron["delta"] += '),
        }
    },
    "forward returns an array": {
        "edit": {
            "forward": ("    return inputs", "    return np.array(inputs)"),
            "predict": ("outputs.index(max(outputs))", "outputs.argmax()"),
        }
    },
    "the inputs of each neuron are stored": {
        "edit": {
            "forward": (
                "            neuron[",
                '            neuron["inputs"] = inputs\n            neuron[',
            ),
            "update": [
                ("enumerate(inputs)", 'enumerate(neuron["inputs"])'),
                ('        inputs = [neuron["output"] for neuron in layer]', ""),
            ],
        }
    },
    "cases in place of the absolute value": {
        "edit": {
            "softsign": (
                "    return z / (1 + abs(z))",
                "    if z < 0:\n        return z / (1 - z)\n    return 1 - 1 / (1 + z)",
            ),
            "softsign_slope": (
                "(1 - abs(output)) ** 2",
                "1 - 2 * output + output * output if output > 0 else (1 + output) * (1 + output)",
            ),
        }
    },
    "NumPy within the functions": {
        "edit": {
            "new_network": """import numpy as np


def new_network(sizes, seed):
    generator = np.random.default_rng(seed)
    network = []
    for n, neurons in zip(sizes, sizes[1:]):
        W = generator.uniform(-1, 1, (neurons, n)) / np.sqrt(n)
        network.append([{"weights": list(w), "bias": np.float64(0)} for w in W])
    return network
""",
            "forward": """def forward(network, inputs):
    for layer in network:
        for neuron in layer:
            z = np.dot(neuron["weights"], inputs) + neuron["bias"]
            neuron["output"] = softsign(z)
        inputs = [neuron["output"] for neuron in layer]
    return inputs
""",
            "update": """def update(network, inputs, rate):
    for layer in network:
        for neuron in layer:
            step = rate * neuron["delta"]
            neuron["weights"] = list(np.array(neuron["weights"]) - step * np.array(inputs))
            neuron["bias"] = np.float64(neuron["bias"] - step)
        inputs = [neuron["output"] for neuron in layer]
""",
            "predict": ("outputs.index(max(outputs))", "np.argmax(outputs)"),
            "scale": """def scale(examples, part):
    X = np.array([inputs for inputs, _ in part])
    middle, half = (X.max(0) + X.min(0)) / 2, (X.max(0) - X.min(0)) / 2
    half[half == 0] = np.inf
    return [(list((np.array(inputs) - middle) / half), label) for inputs, label in examples]
""",
        }
    },
    "tuples, and lists for pairs": {
        "edit": {
            "forward": ("    return inputs", "    return tuple(inputs)"),
            "targets_of": (
                "[1.0 if index == label else -1.0 for index in range(classes)]",
                "tuple(2 * (index == label) - 1 for index in range(classes))",
            ),
            "train": ("return errors", "return tuple(errors)"),
            "scale": ("(row, label)", "[tuple(row), label]"),
        }
    },
    "what comes in is passed back": {
        "edit": {
            "backward": """def backward(network, targets):
    signals = [neuron["output"] - t for neuron, t in zip(network[-1], targets)]
    for number in range(len(network) - 1, -1, -1):
        below = [0.0] * len(network[number][0]["weights"])
        for neuron, signal in zip(network[number], signals):
            neuron["delta"] = signal * softsign_slope(neuron["output"])
            for index, weight in enumerate(neuron["weights"]):
                below[index] += neuron["delta"] * weight
        signals = below
""",
            "update": """def update(network, inputs, rate):
    for number in reversed(range(len(network))):
        below = [n["output"] for n in network[number - 1]] if number else inputs
        for neuron in network[number]:
            neuron["weights"] = [
                w - rate * neuron["delta"] * x for w, x in zip(neuron["weights"], below)
            ]
            neuron["bias"] = neuron["bias"] - rate * neuron["delta"]
""",
        }
    },
    "train without the other functions": {
        "edit": {
            "train": """def train(network, examples, rate, epochs, seed):
    generator, history, step = Random(seed), [], rate / epochs
    for remaining in range(epochs, 0, -1):
        places = list(range(len(examples)))
        generator.shuffle(places)
        errors = []
        for place in places:
            inputs, label = examples[place]
            targets = [-1] * len(network[-1])
            targets[label] = 1
            forward(network, inputs)
            backward(network, targets)
            errors.append(
                0.5 * sum((n["output"] - t) ** 2 for n, t in zip(network[-1], targets))
            )
            update(network, inputs, remaining * step)
        history.append(sum(errors) / len(errors))
    return history
""",
        }
    },
    "sample in place of shuffle, and a parameter more": {
        "edit": {
            "train": [
                ("rate, epochs, seed):", "rate, epochs, seed, least=0.0):"),
                (
                    "generator.shuffle(order)",
                    "order = generator.sample(examples, len(examples))",
                ),
                ("rate * (1 - epoch / epochs)", "max(rate - rate * epoch / epochs, least)"),
            ],
            "fit": ("0.2, 8, seed)", "0.2, 8, seed, least=0.05)"),
        }
    },
    "a loop of its own, and no hidden layer": {
        "edit": {
            "fit": """def fit(examples, seed):
    network = new_network([7, 3], seed)
    for epoch in range(5):
        for inputs, label in examples:
            forward(network, inputs)
            backward(network, targets_of(label, 3))
            update(network, inputs, 0.1)
    return network
""",
        }
    },
    "the best of several networks on a validation part": {
        "edit": {
            "fit": """def fit(examples, seed):
    best, score = None, -1
    for hidden in (4, 6):
        network = new_network([7, hidden, 3], seed)
        train(network, examples[:130], 0.2, 5, seed)
        right = sum(predict(network, inputs) == label for inputs, label in examples[130:])
        if right > score:
            best, score = network, right
    return best
""",
            "predict": (
                "outputs.index(max(outputs))",
                "max(range(len(outputs)), key=outputs.__getitem__)",
            ),
        }
    },
}
