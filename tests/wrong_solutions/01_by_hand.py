"""Wrong solutions of *By hand*, and right ones that are written in another way."""

HAND = {"z1": 1.755, "h1": 0.8526, "z2": -0.555, "h2": 0.3647, "p": 0.2533, "E": 5.2704}
DERIVATIVES = {"p": -3.2467, "w1": 0.4815, "w2": 0.1204, "b1": 0.2408, "w3": -1.2638}
DERIVATIVES |= {"w4": -0.3159, "b2": -0.6319, "w5": -2.7681, "w6": -1.1841, "b3": -3.2467}


def with_hand(**changes):
    """The reference's numbers of task 1, some of them changed or left out (None)."""
    return written("forward_by_hand", HAND | changes)


def with_derivatives(**changes):
    """The reference's numbers of task 2, some of them changed or left out (None)."""
    return written("derivatives_by_hand", DERIVATIVES | changes)


def cut(table, places):
    return {name: round(value, places) for name, value in table.items()}


def written(name, table):
    return f"{name} = { {key: value for key, value in table.items() if value is not None}!r}"


def forward_with(**lines):
    """A `forward` in which some of the lines are other ones."""
    usual = {
        "z1": 'n["w1"] * n["x1"] + n["w2"] * n["x2"] + n["b1"]',
        "z2": 'n["w3"] * n["x1"] + n["w4"] * n["x2"] + n["b2"]',
        "h1": "1 / (1 + math.exp(-z1))",
        "h2": "1 / (1 + math.exp(-z2))",
        "p": 'n["w5"] * h1 + n["w6"] * h2 + n["b3"]',
        "E": '(p - n["y"]) ** 2 / 2',
    }
    body = [f"    {name} = {line}" for name, line in (usual | lines).items()]
    result = ", ".join(f'"{name}": {name}' for name in usual)
    return "\n".join(
        ["def forward(numbers):", "    n = numbers", *body, f"    return {{{result}}}"]
    )


SIGMOID_1 = ' * f["h1"] * (1 - f["h1"])'
SIGMOID_2 = ' * f["h2"] * (1 - f["h2"])'
TASK_1 = "Task 1, `forward_by_hand`, is not right yet, and this task uses it"
TASK_3 = "Task 3, `forward`, is not right yet, and this task uses it"
TASK_4 = "Task 4, `backward`, is not right yet, and this task uses it"
AFTER_1 = {"check_derivatives_by_hand": TASK_1, "check_hidden_by_hand": TASK_1}
AFTER_3 = {"check_backward": TASK_3, "check_hidden": TASK_3, "check_step": TASK_3}
AFTER_4 = {"check_step": TASK_4}


def hand(says, cell="check_forward_by_hand", **changes):
    return {
        "edit": {"forward_by_hand": with_hand(**changes)},
        "loses": {cell: says},
        "also": AFTER_1,
    }


def derivatives(says, cell="check_derivatives_by_hand", **changes):
    return {"edit": {"derivatives_by_hand": with_derivatives(**changes)}, "loses": {cell: says}}


def forward(says, change=None, **lines):
    change = change or forward_with(**lines)
    return {"edit": {"forward": change}, "loses": {"check_forward": says}, "also": AFTER_3}


def backward(says, change, cell="check_backward"):
    loses = says if isinstance(says, dict) else {cell: says}
    return {"edit": {"backward": change}, "loses": loses, "also": AFTER_4}


def step(says, change):
    return {"edit": {"step": change}, "loses": {"check_step": says}}


def returning(line):
    """A `backward` that ends in another way."""
    return ("    return derivatives", f"    {line}")


def named_otherwise(backward_change, step_change):
    """A `backward` and a `step` that agree on other names than the task's."""
    return {
        "edit": {"backward": backward_change, "step": step_change},
        "loses": {"check_backward": "the result of `backward` has no p, w5, w6, b3"},
        "also": AFTER_4 | {"check_hidden": "the result of `backward` has no b1"},
    }


PENCIL = ["check_forward_by_hand", "check_output_by_hand"]
PENCIL += ["check_derivatives_by_hand", "check_hidden_by_hand"]
ADA_FORWARD = {"z1": 1.47, "h1": 0.8131, "z2": -0.39, "h2": 0.4037, "p": 0.8616, "E": 4.9248}
ADA_DERIVATIVES = {"p": -3.1384, "w5": -2.5517, "w6": -1.267, "b3": -3.1384, "b1": 0.1765}
ADA_DERIVATIVES |= {"b2": -0.4911, "w1": 0.353, "w2": -0.1765, "w3": -0.9822, "w4": 0.4911}

WRONG = {
    "the checks' own derivatives": {
        "edit": {"backward": "def backward(numbers):\n    return derivatives_at(numbers)"},
        "loses": {
            "check_backward": "not available in this assignment",
            "check_hidden": "not available in this assignment",
        },
        "unseen": ["check_backward", "check_hidden"],
    },
    # Task 1
    "pencil: a bias left out": hand(
        "z1 is not w1·x1 + w2·x2 + b1. It is what you get with b1 left out",
        z1=1.045,
        h1=0.7398,
        p=0.3199,
        E=5.0568,
    ),
    "pencil: w3 read as w2": hand(
        "It is what you get with w3 in place of w2",
        z1=1.155,
        h1=0.7604,
        p=0.3077,
        E=5.0954,
    ),
    "pencil: a term with the wrong sign": hand(
        "with the wrong sign before w4·x2", z2=-0.125, h2=0.4688, p=0.3408, E=4.9904
    ),
    "pencil: arithmetic wrong": hand("z2 is not w3·x1 + w4·x2 + b2", z2=-0.655),
    "pencil: no sigmoid": {
        "edit": {
            "forward_by_hand": with_hand(h1=1.755, h2=-0.555, p=-1.0516, E=10.3585),
        },
        "loses": {"check_forward_by_hand": "h1 is not σ(z1). The sigmoid is missing"},
        "also": AFTER_1,
    },
    "pencil: the exponent without its minus": hand(
        "Check the sign in the exponent", h1=0.1474, h2=0.6353, p=0.8967, E=3.3886
    ),
    "pencil: without brackets": hand("needs brackets", h1=1.1729, p=0.0643, E=5.9015),
    "pencil: the second sigmoid taken of z1": hand(
        "h2 is not σ(z2). It is the sigmoid of z1", h2=0.8526, p=0.6631, E=4.0239
    ),
    "pencil: h1 and h2 exchanged in p": hand(
        "p is not w5·h1 + w6·h2 + b3. It is what you get with h1 and h2 exchanged",
        cell="check_output_by_hand",
        p=0.951,
        E=3.2488,
    ),
    "pencil: b3 left out": hand(
        "with b3 left out", cell="check_output_by_hand", p=-0.1967, E=6.8328
    ),
    "pencil: E without the half": hand(
        "E is not ½(p − y)². The factor ½ is missing", cell="check_output_by_hand", E=10.5411
    ),
    "pencil: E not squared": hand("The square is missing", cell="check_output_by_hand", E=-1.6234),
    "pencil: E left out": hand("`forward_by_hand` has no E", cell="check_output_by_hand", E=None),
    "pencil: E under the name e": hand(
        "has no E. Its names are z1, h1, z2, h2, p, e", "check_output_by_hand", E=None, e=5.2704
    ),
    "pencil: a decimal comma": hand("h1 is a tuple: did you write a decimal comma?", h1=(0, 8526)),
    "pencil: numbers as text": hand("z1 is text: write the number without quotes", z1="1.755"),
    "pencil: a set": {
        "edit": {"forward_by_hand": "forward_by_hand = {1.755, 0.8526, -0.555, 0.3647}"},
        "loses": {
            "check_forward_by_hand": "`forward_by_hand` is not a dictionary",
            "check_output_by_hand": "`forward_by_hand` is not a dictionary",
        },
        "also": AFTER_1,
    },
    "pencil: handed in under another name": {
        "edit": {
            "student": 'STUDENT = "ada"',
            "forward_by_hand": written("forward_by_hand", ADA_FORWARD),
            "derivatives_by_hand": written("derivatives_by_hand", ADA_DERIVATIVES),
        },
        "loses": dict.fromkeys(PENCIL, "the numbers of «reference»: is that the name"),
        "unseen": PENCIL,
    },
    "pencil: two decimals": {
        "edit": {
            "forward_by_hand": written("forward_by_hand", cut(HAND, 2)),
            "derivatives_by_hand": written("derivatives_by_hand", cut(DERIVATIVES, 2)),
        },
        "loses": {"check_forward_by_hand": "rounded too early? Keep at least four decimals"},
        "also": AFTER_1,
    },
    "pencil: derivatives with two decimals": {
        "edit": {"derivatives_by_hand": written("derivatives_by_hand", cut(DERIVATIVES, 2))},
        "loses": {"check_derivatives_by_hand": "rounded too early? Keep at least four decimals"},
        "also": {"check_hidden_by_hand": "rounded too early"},
    },
    "pencil: two decimals, and a wrong sign": {
        "edit": {
            "forward_by_hand": written("forward_by_hand", cut(HAND, 2)),
            "derivatives_by_hand": written(
                "derivatives_by_hand", cut(DERIVATIVES | {"w3": 1.2638}, 2)
            ),
        },
        "loses": {
            "check_forward_by_hand": "rounded too early? Keep at least four decimals",
            "check_hidden_by_hand": "∂E/∂w3",
        },
        "also": AFTER_1,
    },
    "pencil: capitals": {
        "edit": {
            "forward_by_hand": written("forward_by_hand", {k.upper(): v for k, v in HAND.items()}),
            "derivatives_by_hand": written(
                "derivatives_by_hand", {k.upper(): v for k, v in DERIVATIVES.items()}
            ),
        },
        "loses": {"check_forward_by_hand": "has no z1, h1, z2, h2. Its names are Z1, H1"},
        "also": {"check_output_by_hand": "has no p"} | AFTER_1,
    },
    "pencil: derivatives under other names": {
        "edit": {
            "derivatives_by_hand": written(
                "derivatives_by_hand", {"dE/d" + k: v for k, v in DERIVATIVES.items()}
            )
        },
        "loses": {"check_derivatives_by_hand": "has no p, w5, w6, b3"},
        "also": {"check_hidden_by_hand": "has no b1"},
    },
    "pencil: no half in E, and the 2 in the derivatives": {
        "edit": {
            "forward_by_hand": with_hand(E=10.5411),
            "derivatives_by_hand": written(
                "derivatives_by_hand", {k: 2 * v for k, v in DERIVATIVES.items()}
            ),
        },
        "loses": {"check_output_by_hand": "The factor ½ is missing"},
        "also": AFTER_1,
    },
    # Task 2
    "pencil: ∂E/∂p left out": derivatives("`derivatives_by_hand` has no p", p=None),
    "pencil: ∂E/∂p halved": derivatives(
        "look at ∂E/∂p. It is half as large", **{k: v / 2 for k, v in DERIVATIVES.items()}
    ),
    "pencil: y − p": derivatives(
        "sign: look at ∂E/∂p. Its sign is wrong",
        p=3.2467,
        w1=-0.4815,
        w2=-0.1204,
        b1=-0.2408,
        w3=1.2638,
        w4=0.3159,
        b2=0.6319,
        w5=2.7681,
        w6=1.1841,
        b3=3.2467,
    ),
    "pencil: 2 (p − y)": derivatives(
        "It is twice as large as it should be",
        p=-6.4934,
        w1=0.963,
        w2=0.2408,
        b1=0.4815,
        w3=-2.5277,
        w4=-0.6319,
        b2=-1.2638,
        w5=-5.5362,
        w6=-2.3682,
        b3=-6.4934,
    ),
    "pencil: p for p − y": derivatives("It is p itself: where is y?", p=0.2533),
    "pencil: w5 and w6 exchanged": derivatives(
        "∂E/∂w5 and ∂E/∂w6 are exchanged", w5=-1.1841, w6=-2.7681
    ),
    "pencil: the weights themselves in place of h": derivatives(
        "look at ∂E/∂w5. It is ∂E/∂p times w5", w5=1.9156, w6=-2.7272
    ),
    "pencil: z for h in the output neuron": derivatives(
        "weighted sums in place of outputs: look at ∂E/∂w5", w5=-5.698, w6=1.8019
    ),
    "pencil: b3 without a derivative": derivatives("missing bias gradient: look at ∂E/∂b3", b3=0),
    "pencil: no derivative of the sigmoid": derivatives(
        "missing activation derivative: look at ∂E/∂b1",
        cell="check_hidden_by_hand",
        w1=3.8311,
        w2=0.9578,
        b1=1.9156,
        w3=-5.4545,
        w4=-1.3636,
        b2=-2.7272,
    ),
    "pencil: the derivative of the sigmoid in one neuron only": derivatives(
        "missing activation derivative: look at ∂E/∂b2",
        cell="check_hidden_by_hand",
        w3=-5.4545,
        w4=-1.3636,
        b2=-2.7272,
    ),
    "pencil: the derivative of the sigmoid at z": derivatives(
        "derivative for A, given Z: look at ∂E/∂b1",
        cell="check_hidden_by_hand",
        b1=-2.5382,
        w1=-5.0764,
        w2=-1.2691,
        b2=2.3536,
        w3=4.7073,
        w4=1.1768,
    ),
    "pencil: w2 and w3 exchanged": derivatives(
        "look at ∂E/∂w2. ∂E/∂w2 and ∂E/∂w3 are exchanged",
        cell="check_hidden_by_hand",
        w2=-1.2638,
        w3=0.1204,
    ),
    "pencil: hidden weights without their inputs": derivatives(
        "look at ∂E/∂w1. It is ∂E/∂b1 itself", cell="check_hidden_by_hand", w1=0.2408, w2=0.2408
    ),
    "pencil: x1 for both inputs": derivatives(
        "look at ∂E/∂w2. It is ∂E/∂b1 times x1",
        cell="check_hidden_by_hand",
        w2=0.4815,
        w4=-1.2638,
    ),
    "pencil: the other weight into the output": derivatives(
        "It is ∂E/∂p times w6 times σ′(z1)",
        cell="check_hidden_by_hand",
        b1=-0.3428,
        w1=-0.6856,
        w2=-0.1714,
        b2=0.4438,
        w3=0.8876,
        w4=0.2219,
    ),
    "pencil: one sign": derivatives(
        "look at ∂E/∂w4. Its sign is wrong", cell="check_hidden_by_hand", w4=0.3159
    ),
    "pencil: arithmetic wrong in a derivative": derivatives(
        "look at ∂E/∂w1. The path is E ← p ← h1 ← z1 ← w1",
        cell="check_hidden_by_hand",
        w1=0.7,
    ),
    "pencil: only the output neuron": derivatives(
        "`derivatives_by_hand` has no b1, w1, w2, b2, w3, w4",
        cell="check_hidden_by_hand",
        **dict.fromkeys(["w1", "w2", "b1", "w3", "w4", "b2"]),
    ),
    # Task 3
    "no sigmoid": forward("h1 is not σ(z1). The sigmoid is missing", h1="z1", h2="z2"),
    "sigmoid without its minus": forward(
        "Check the sign in the exponent of e", h1="1 / (1 + math.exp(z1))"
    ),
    "sigmoid without brackets": forward("needs brackets", h1="1 / 1 + math.exp(-z1)"),
    "tanh": forward("It is the hyperbolic tangent", h1="math.tanh(z1)", h2="math.tanh(z2)"),
    "error without the half": forward("The factor ½ is missing", E='(p - n["y"]) ** 2'),
    "half of the difference": forward("The square is missing", E='(p - n["y"]) / 2'),
    "absolute error": forward("E is not ½(p − y)². The square is missing", E='abs(p - n["y"]) / 2'),
    "a bias left out of the forward pass": forward(
        "z2 is not w3·x1 + w4·x2 + b2. It is what you get with b2 left out",
        z2='n["w3"] * n["x1"] + n["w4"] * n["x2"]',
    ),
    "w2 and w3 exchanged": forward(
        "z1 is not w1·x1 + w2·x2 + b1. It is what you get with w3 in place of w2",
        z1='n["w1"] * n["x1"] + n["w3"] * n["x2"] + n["b1"]',
        z2='n["w2"] * n["x1"] + n["w4"] * n["x2"] + n["b2"]',
    ),
    "z1 copied for z2": forward("It is z1 again", z2="z1"),
    "x1 in both products": forward(
        "with x1 in place of x2", z1='n["w1"] * n["x1"] + n["w2"] * n["x1"] + n["b1"]'
    ),
    "h1 used twice": forward("with h1 in place of h2", p='n["w5"] * h1 + n["w6"] * h1 + n["b3"]'),
    "z in place of h in p": forward(
        "with z1 and z2 in place of h1 and h2", p='n["w5"] * z1 + n["w6"] * z2 + n["b3"]'
    ),
    "a sigmoid at the output": forward(
        "It is the sigmoid of that sum: the output neuron has no activation function",
        p='1 / (1 + math.exp(-(n["w5"] * h1 + n["w6"] * h2 + n["b3"])))',
    ),
    "h2 is the sigmoid of z1": forward("It is the sigmoid of z1", h2="1 / (1 + math.exp(-z1))"),
    "a constant": forward("`forward` does not use w1, w2, b1", z1="round(1.234, 2)"),
    **{
        f"rounded to {places} places": forward(
            "h1 is not σ(z1). It is close: is something rounded",
            [(f'"h{i}": h{i}', f'"h{i}": round(h{i}, {places})') for i in "12"],
        )
        for places in (2, 4)
    },
    "z rounded to four places": forward(
        "It is close: is something rounded",
        [("math.exp(-z1)", "math.exp(-round(z1, 1) - 0.0004)")],
    ),
    "capitals": {
        "edit": {
            "forward": [
                ('"z1": z1', '"Z1": z1'),
                ('"h1"', '"H1"'),
                ('"h2"', '"H2"'),
                ('"p"', '"P"'),
            ],
            "backward": [('f["h1"]', 'f["H1"]'), ('f["h2"]', 'f["H2"]'), ('f["p"]', 'f["P"]')],
        },
        "loses": {"check_forward": "has no z1, h1, h2, p. Its names are Z1, H1"},
        "also": AFTER_3,
    },
    "no half in E, and the 2 in the derivatives": {
        "edit": {
            "forward": forward_with(E='(p - n["y"]) ** 2'),
            "backward": ('f["p"] - n["y"]', '2 * (f["p"] - n["y"])'),
        },
        "loses": {"check_forward": "The factor ½ is missing"},
        "also": AFTER_3,
    },
    "nothing returned": forward(
        "the result of `forward` is None: end with `return`",
        [("return {", "print({"), ("** 2 / 2}", "** 2 / 2})")],
    ),
    "a tuple returned": forward(
        "the result of `forward` is not a dictionary",
        [("return {", "return list({"), ("** 2 / 2}", "** 2 / 2}.values())")],
    ),
    "E left out of the result": forward("has no E", (', "E": (p - n["y"]) ** 2 / 2', "")),
    "the results written into the table": forward(
        "forward changed the table that was passed in",
        [("return {", "numbers.update({"), ("** 2 / 2}", "** 2 / 2})\n    return numbers")],
    ),
    "the pencil's numbers returned": forward(
        "`forward` does not use the numbers that it is passed",
        "def forward(numbers):\n    return forward_by_hand",
    ),
    "the numbers of the notebook in place of the argument": forward(
        "`forward` does not use the numbers that it is passed",
        ("    n = numbers\n", "    n = numbers_of(STUDENT)\n"),
    ),
    "a name that does not exist": forward("'b4'", ('n["b3"]', 'n["b4"]')),
    "e with two decimals": forward("It is close: is something rounded", h1="1 / (1 + 2.72**-z1)"),
    "p under the name of E": forward("E is not ½(p − y)²", E="p"),
    # Task 4
    "sign of the error": backward("sign: look at ∂E/∂p", ('f["p"] - n["y"]', 'n["y"] - f["p"]')),
    "E for ∂E/∂p": backward("It is E itself", ('dp = f["p"] - n["y"]', 'dp = f["E"]')),
    "the 2 of the square kept": backward(
        "It is twice as large", ('f["p"] - n["y"]', '2 * (f["p"] - n["y"])')
    ),
    "the target left out": backward("where is y?", (' - n["y"]', "")),
    "h1 for both output weights": backward(
        "look at ∂E/∂w6. It is ∂E/∂p times h1", ('dp * f["h2"]', 'dp * f["h1"]')
    ),
    "weighted sums for the output weights": backward(
        "weighted sums in place of outputs: look at ∂E/∂w5",
        [('dp * f["h1"]', 'dp * f["z1"]'), ('dp * f["h2"]', 'dp * f["z2"]')],
    ),
    "a sigmoid's derivative at the output": backward(
        "derivative of another activation: look at ∂E/∂p",
        ('f["p"] - n["y"]', '(f["p"] - n["y"]) * f["p"] * (1 - f["p"])'),
    ),
    "slope of the sigmoid left out": backward(
        "missing activation derivative: look at ∂E/∂b1",
        [(SIGMOID_1, ""), (SIGMOID_2, "")],
        "check_hidden",
    ),
    "slope of the sigmoid left out in one neuron": backward(
        "missing activation derivative: look at ∂E/∂b2. The derivative of the sigmoid is missing: "
        "the arrow h2 ← z2",
        (SIGMOID_2, ""),
        "check_hidden",
    ),
    "slope of the sigmoid taken of z": backward(
        "derivative for A, given Z",
        [(SIGMOID_1, ' * f["z1"] * (1 - f["z1"])'), (SIGMOID_2, ' * f["z2"] * (1 - f["z2"])')],
        "check_hidden",
    ),
    "slope of the sigmoid without the factor h": backward(
        "It is ∂E/∂p times w5 times 1 − h1", (SIGMOID_1, ' * (1 - f["h1"])'), "check_hidden"
    ),
    "the slope of tanh": backward(
        "derivative of another activation",
        [(SIGMOID_1, ' * (1 - f["h1"] ** 2)'), (SIGMOID_2, ' * (1 - f["h2"] ** 2)')],
        "check_hidden",
    ),
    "slope of the sigmoid twice": backward(
        "activation derivative once too often", (SIGMOID_1, SIGMOID_1 + SIGMOID_1), "check_hidden"
    ),
    "the second neuron with the slope of the first": backward(
        "look at ∂E/∂b2. It is ∂E/∂p times w6 times σ′(z1)", (SIGMOID_2, SIGMOID_1), "check_hidden"
    ),
    "w5 for both neurons": backward(
        "look at ∂E/∂b2. It is ∂E/∂p times w5 times σ′(z2)",
        ('n["w6"]', 'n["w5"]'),
        "check_hidden",
    ),
    "the output weight left out": backward(
        "the factor of the arrow p ← h1 is missing",
        [(' * n["w5"]', ""), (' * n["w6"]', "")],
        "check_hidden",
    ),
    "x1 and x2 exchanged": backward(
        "look at ∂E/∂w1. ∂E/∂w1 and ∂E/∂w2 are exchanged",
        [
            ('"w1": d1 * n["x1"]', '"w1": d1 * n["x2"]'),
            ('"w2": d1 * n["x2"]', '"w2": d1 * n["x1"]'),
        ],
        "check_hidden",
    ),
    "w3 from the delta of the first neuron": backward(
        "look at ∂E/∂w3", ('"w3": d2 * n["x1"]', '"w3": d1 * n["x1"]'), "check_hidden"
    ),
    "weights in place of inputs": backward(
        "look at ∂E/∂w1. It is ∂E/∂b1 times w1",
        [('d1 * n["x1"]', 'd1 * n["w1"]'), ('d1 * n["x2"]', 'd1 * n["w2"]')],
        "check_hidden",
    ),
    "no gradient of the biases": backward(
        {
            "check_backward": "missing bias gradient: look at ∂E/∂b3",
            "check_hidden": "missing bias gradient: look at ∂E/∂b1",
        },
        ('"b3": dp, "b1": d1, "b2": d2', '"b3": 0, "b1": 0, "b2": 0'),
    ),
    "no gradient of the hidden layer": backward(
        "error not carried back: look at ∂E/∂b1",
        [("d1 = dp", "d1 = 0 * dp"), ("d2 = dp", "d2 = 0 * dp")],
        "check_hidden",
    ),
    "a forward pass of its own, without biases": backward(
        {"check_backward": "look at ∂E/∂p", "check_hidden": "look at ∂E/∂b1"},
        ("forward(numbers)", 'forward(numbers | {"b1": 0, "b2": 0, "b3": 0})'),
    ),
    "only the nine": backward(
        "the result of `backward` has no p",
        ('{"p": dp, "w5"', '{"w5"'),
    ),
    "other names": named_otherwise(
        ("    return derivatives", '    return {"d" + name: d for name, d in derivatives.items()}'),
        [("derivatives[name] for", 'derivatives["d" + name] for')],
    ),
    "other names, and ∂E/∂p doubled": named_otherwise(
        [
            (
                "    return derivatives",
                '    return {"d" + name: d for name, d in derivatives.items()}',
            ),
            ('f["p"] - n["y"]', '2 * (f["p"] - n["y"])'),
        ],
        [("derivatives[name] for", 'derivatives["d" + name] for')],
    ),
    "∂E/∂p under the name dp, and doubled": backward(
        "the result of `backward` has no p",
        [('{"p": dp', '{"dp": dp'), ('f["p"] - n["y"]', '2 * (f["p"] - n["y"])')],
    ),
    **{
        f"derivatives rounded to {places} places": {
            "edit": {
                "backward": returning(
                    f"return {{k: round(d, {places}) for k, d in derivatives.items()}}"
                )
            },
            "loses": {"check_backward": "look at ∂E/∂p. It is close: is something rounded"},
            "also": AFTER_4 | {"check_hidden": "It is close: is something rounded"},
        }
        for places in (2, 4)
    },
    "numbers of another table for the derivatives": backward(
        {
            "check_backward": "`backward` does not use y of the table that it is passed",
        },
        (
            "    n, f = numbers, forward(numbers)",
            '    n, f = numbers | {"y": 3.3}, forward(numbers)',
        ),
    ),
    "∂E/∂p halved": backward(
        "look at ∂E/∂p. It is half as large", ('f["p"] - n["y"]', '(f["p"] - n["y"]) / 2')
    ),
    "∂p/∂b3 in place of ∂E/∂b3": backward("look at ∂E/∂b3. It is 1 alone", ('"b3": dp', '"b3": 1')),
    "∂p/∂w6 in place of ∂E/∂w6": backward(
        "look at ∂E/∂w6. It is h2 alone", ('"w6": dp * f["h2"]', '"w6": f["h2"]')
    ),
    "the bias as a factor": backward(
        "look at ∂E/∂b1. The factor b1 does not belong there",
        [('"b1": d1', '"b1": d1 * n["b1"]'), ('"b2": d2', '"b2": d2 * n["b2"]')],
        "check_hidden",
    ),
    "1 for ∂E/∂b1": backward(
        "look at ∂E/∂b1. It is 1 alone", ('"b1": d1', '"b1": 1'), "check_hidden"
    ),
    "b3 as a factor": backward(
        "look at ∂E/∂b3. It is ∂E/∂p times b3", ('"b3": dp', '"b3": dp * n["b3"]')
    ),
    "h once too often": backward(
        "look at ∂E/∂b1. The factor h1 does not belong there",
        (SIGMOID_1, ' * f["h1"]' + SIGMOID_1),
        "check_hidden",
    ),
    "the pencil's derivatives returned": backward(
        dict.fromkeys(["check_backward", "check_hidden"], "`backward` does not use the numbers"),
        "def backward(numbers):\n    return derivatives_by_hand",
    ),
    "the pencil's forward numbers used": backward(
        {"check_backward": "look at ∂E/∂p", "check_hidden": "look at ∂E/∂b1"},
        ("forward(numbers)", "forward_by_hand"),
    ),
    "only the output neuron": backward(
        "the result of `backward` has no b1, w1, w2, b2, w3, w4",
        (
            "    return derivatives",
            '    return {name: derivatives[name] for name in ("p", "w5", "w6", "b3")}',
        ),
        "check_hidden",
    ),
    "derivatives printed": backward(
        {
            "check_backward": "the result of `backward` is None: end with `return`",
            "check_hidden": "the result of `backward` is None: end with `return`",
        },
        ("    return derivatives", "    print(derivatives)"),
    ),
    # Task 5
    "uphill": step("sign: look at the new w1. The step goes uphill", ("- rate", "+ rate")),
    "no learning rate": step(
        "look at the new w1. The learning rate is missing", ("- rate * ", "- ")
    ),
    "divided by the learning rate": step(
        "The step is divided by the learning rate",
        ("rate * derivatives[name]", "derivatives[name] / rate"),
    ),
    "the change in place of the new value": step(
        "This is the change of the parameters", ("numbers[name] - rate", "-rate")
    ),
    "the derivatives in place of the new values": step(
        "These are the derivatives", ("numbers[name] - rate * ", "")
    ),
    "nothing moves": step(
        "look at the new w1. It has not moved",
        "def step(numbers):\n    backward(numbers)\n    return dict(numbers)",
    ),
    "the biases stay": step(
        "look at the new b1. It has not moved",
        ("in PARAMETERS}", 'in ("w1", "w2", "w3", "w4", "w5", "w6")}'),
    ),
    "only the parameters returned": step(
        "the result of `step` has no x1, x2, y, rate", ("return numbers | ", "return ")
    ),
    "the inputs move too": step(
        "x1 has changed: only the nine parameters move",
        ("in PARAMETERS}", 'in PARAMETERS} | {"x1": numbers["x1"] - rate * derivatives["w1"]}'),
    ),
    "the rate decays": step(
        "rate has changed", ("in PARAMETERS}", 'in PARAMETERS} | {"rate": rate / 2}')
    ),
    "two steps": step(
        "These are the numbers after two steps",
        [
            ("derivatives, rate", "rate, new"),
            ('backward(numbers), numbers["rate"]', 'numbers["rate"], dict(numbers)'),
            (
                "    return numbers | {name: numbers[name] - rate * derivatives[name] for name in "
                "PARAMETERS}",
                "    for _ in range(2):\n"
                "        d = backward(new)\n"
                "        new = new | {name: new[name] - rate * d[name] for name in PARAMETERS}\n"
                "    return new",
            ),
        ],
    ),
    "the table that was passed in is changed": step(
        "step changed the table that was passed in: make a copy",
        """
def step(numbers):
    derivatives = backward(numbers)
    for name in PARAMETERS:
        numbers[name] -= numbers["rate"] * derivatives[name]
    return numbers
""",
    ),
    "the same table under another name": step(
        "step changed the table that was passed in: make a copy",
        """
def step(numbers):
    new = numbers
    derivatives = backward(numbers)
    for name in PARAMETERS:
        new[name] = numbers[name] - numbers["rate"] * derivatives[name]
    return new
""",
    ),
    "new weights used too early": step(
        "new weights used too early: look at the new w2",
        """
def step(numbers):
    numbers = dict(numbers)
    for name in PARAMETERS:
        numbers[name] -= numbers["rate"] * backward(numbers)[name]
    return numbers
""",
    ),
    "the output neuron first, then the hidden ones": step(
        "new weights used too early: look at the new w1",
        """
def step(numbers):
    new = dict(numbers)
    for names in (PARAMETERS[6:], PARAMETERS[:6]):
        derivatives = backward(new)
        for name in names:
            new[name] -= new["rate"] * derivatives[name]
    return new
""",
    ),
    "new output weights used for the hidden ones": step(
        "new weights used too early: look at the new w1",
        """
def step(numbers):
    new, rate, derivatives = dict(numbers), numbers["rate"], backward(numbers)
    for name in ("w5", "w6", "b3"):
        new[name] -= rate * derivatives[name]
    moved = numbers | {"w5": new["w5"], "w6": new["w6"]}
    f, dp = forward(numbers), derivatives["p"]
    for unit, weight, names in ((1, "w5", ("w1", "w2", "b1")), (2, "w6", ("w3", "w4", "b2"))):
        delta = dp * moved[weight] * f[f"h{unit}"] * (1 - f[f"h{unit}"])
        for name, entry in zip(names, (numbers["x1"], numbers["x2"], 1)):
            new[name] -= rate * delta * entry
    return new
""",
    ),
    "w5 and w6 move by each other's derivative": step(
        "look at the new w5. It moves by the derivative of w6",
        (
            "in PARAMETERS}",
            'in PARAMETERS} | {"w5": numbers["w5"] - rate * derivatives["w6"],'
            ' "w6": numbers["w6"] - rate * derivatives["w5"]}',
        ),
    ),
    "b3 moves the wrong way": step(
        "look at the new b3. It moves the wrong way",
        ("in PARAMETERS}", 'in PARAMETERS} | {"b3": numbers["b3"] + rate * derivatives["b3"]}'),
    ),
    "another learning rate": step(
        "look at the new w1. From the old one, `rate` times ∂E/∂w1 is subtracted. `step` does not "
        "use rate of the table",
        ('numbers["rate"]', "0.1"),
    ),
    "the new values rounded": step(
        "It is close: is something rounded",
        (
            "numbers[name] - rate * derivatives[name]",
            "round(numbers[name] - rate * derivatives[name], 4)",
        ),
    ),
    "the step returns nothing": step(
        "the result of `step` is None", ("return numbers |", "numbers |")
    ),
    "the derivatives of the notebook's numbers": step(
        "`step` does not use x1, x2, y of the table that it is passed",
        ("backward(numbers)", "backward(numbers_of(STUDENT))"),
    ),
    # Several tasks
    "sigmoid forgotten, and its slope": {
        "edit": {
            "forward": forward_with(h1="z1", h2="z2"),
            "backward": [(SIGMOID_1, ""), (SIGMOID_2, "")],
        },
        "loses": {
            "check_forward": "The sigmoid is missing",
            "check_hidden": "missing activation derivative",
        },
        "also": AFTER_3,
    },
    "special numbers only": {
        "edit": {
            "forward": (
                "    n = numbers\n",
                "    n = numbers\n"
                "    if n not in (SAMPLE, numbers_of(STUDENT)):\n"
                '        n = n | {"b3": 0.0}\n',
            )
        },
        "loses": {"check_forward": "p is not w5·h1 + w6·h2 + b3"},
        "unseen": ["check_forward"],
    },
}


EXTRA = (
    'return {"z1": z1',
    'return n | {"d": p - n["y"], "s": [h1 * (1 - h1), h2 * (1 - h2)], "z1": z1',
)

# Right solutions that are written in another way: all points, and every visible check passes.
RIGHT = {
    "a name with capitals and spaces": {"edit": {"student": 'STUDENT = " Reference "'}},
    "pencil: unrounded, entry by entry": {
        "edit": {
            "forward_by_hand": """
forward_by_hand = dict()
n = numbers_of(STUDENT)
forward_by_hand["z1"] = n["w1"] * n["x1"] + n["w2"] * n["x2"] + n["b1"]
forward_by_hand["z2"] = n["w3"] * n["x1"] + n["w4"] * n["x2"] + n["b2"]
for i in ("1", "2"):
    forward_by_hand["h" + i] = 1 / (1 + np.exp(-forward_by_hand["z" + i]))
forward_by_hand["p"] = n["w5"] * forward_by_hand["h1"] + n["w6"] * forward_by_hand["h2"] + n["b3"]
forward_by_hand["E"] = 0.5 * (forward_by_hand["p"] - n["y"]) ** 2
""",
        }
    },
    "pencil: fractions and more entries": {
        "edit": {
            "forward_by_hand": "from fractions import Fraction\n"
            + with_hand(remark="on paper", x1=2).replace("1.755", "Fraction(1755, 1000)"),
            "derivatives_by_hand": with_derivatives(h1=1.9156, h2=-2.7272, z1=0.2408),
        }
    },
    "pencil: six decimals": {
        "edit": {"forward_by_hand": with_hand(h1=0.852577, h2=0.364705, p=0.253332, E=5.270423)}
    },
    "pencil: less exact in the last place": {
        "edit": {
            "forward_by_hand": with_hand(h1=0.8525, h2=0.3648, p=0.2535, E=5.2698),
            "derivatives_by_hand": with_derivatives(
                p=-3.2465, w1=0.4818, w2=0.1205, b1=0.2409, w5=-2.7676, w6=-1.1843, b3=-3.2465
            ),
        }
    },
    "vectorized, with NumPy": {
        "edit": {
            "forward": """
def forward(numbers):
    n = numbers
    x, W = np.array([n["x1"], n["x2"]]), np.array([[n["w1"], n["w3"]], [n["w2"], n["w4"]]])
    z = x @ W + np.array([n["b1"], n["b2"]])
    h = 1 / (1 + np.exp(-z))
    p = h @ np.array([n["w5"], n["w6"]]) + n["b3"]
    return dict(zip(["z1", "z2", "h1", "h2", "p", "E"], [*z, *h, p, np.square(p - n["y"]) / 2]))
""",
            "backward": """
def backward(numbers):
    n, f = numbers, forward(numbers)
    h, x = np.array([f["h1"], f["h2"]]), np.array([n["x1"], n["x2"]])
    dp = np.array([f["p"] - n["y"]])
    delta = dp * np.array([n["w5"], n["w6"]]) * h * (1 - h)
    dW = np.outer(x, delta)
    result = {"p": dp, "b3": dp.copy(), "w5": dp * h[:1], "w6": dp * h[1:]}
    result |= {"w1": dW[0, 0], "w2": dW[1, 0], "w3": dW[0, 1], "w4": dW[1, 1]}
    return result | {"b1": delta[0], "b2": delta[1]}
""",
        }
    },
    "float32": {
        "edit": {
            "forward": [(f'n["{x}"]', f'np.float32(n["{x}"])') for x in ("x1", "x2", "b1", "b2")],
            "backward": returning("return {k: np.float32(d) for k, d in derivatives.items()}"),
        }
    },
    "another form of the sigmoid and of its derivative": {
        "edit": {
            "forward": forward_with(
                h1="math.exp(z1) / (1 + math.exp(z1))",
                h2="(1 + math.tanh(z2 / 2)) / 2",
                E='0.5 * pow(n["y"] - p, 2)',
            ),
            "backward": [
                (SIGMOID_1, ' * math.exp(-f["z1"]) / (1 + math.exp(-f["z1"])) ** 2'),
                (SIGMOID_2, ' * (f["h2"] - f["h2"] ** 2)'),
                ('dp = f["p"] - n["y"]', 'dp = -(n["y"] - f["p"])'),
            ],
        }
    },
    "more entries, which later functions use": {
        "edit": {
            "forward": EXTRA,
            "backward": [
                ('f["p"] - n["y"]', 'f["d"]'),
                (SIGMOID_1, ' * f["s"][0]'),
                ("    return derivatives", '    return f | derivatives | {"x1": 0.0, "x2": 0.0}'),
            ],
            "step": """
def step(numbers):
    new, derivatives = {}, backward(numbers)
    for name, value in numbers.items():
        moves = name not in ("y", "rate")
        new[name] = value - numbers["rate"] * derivatives[name] if moves else value
    return new | {"E": derivatives["E"]}
""",
        }
    },
    "backward and step without the functions before them": {
        "edit": {
            "backward": """
def backward(numbers):
    numbers["h"] = h = []
    for a, b, c in (("w1", "w2", "b1"), ("w3", "w4", "b2")):
        z = numbers[a] * numbers["x1"] + numbers[b] * numbers["x2"] + numbers[c]
        h.append(1 / (1 + math.exp(-z)))
    d = {"p": numbers["w5"] * h[0] + numbers["w6"] * h[1] + numbers["b3"] - numbers["y"]}
    d |= {"b3": d["p"], "w5": d["p"] * h[0], "w6": d["p"] * h[1]}
    for i, (a, b, c) in enumerate((("w1", "w2", "b1"), ("w3", "w4", "b2"))):
        d[c] = d["p"] * numbers[f"w{5 + i}"] * h[i] * (1 - h[i])
        d[a], d[b] = d[c] * numbers["x1"], d[c] * numbers["x2"]
    return d
""",
            "step": """
import copy

def step(numbers):
    new, d = copy.deepcopy(numbers), backward(copy.deepcopy(numbers))
    for name in d:
        if name in new:
            new[name] -= numbers["rate"] * d[name]
    return new
""",
        }
    },
    "the derivative of E for each name in turn, and a dictionary of another class": {
        "edit": {
            "backward": """
from collections import OrderedDict

def derivative(numbers, name):
    f = forward(numbers)
    if name in ("p", "b3"):
        return f["p"] - numbers["y"]
    if name in ("w5", "w6"):
        return derivative(numbers, "p") * f["h1" if name == "w5" else "h2"]
    i, w = ("1", "w5") if name in ("w1", "w2", "b1") else ("2", "w6")
    delta = derivative(numbers, "p") * numbers[w] * f["h" + i] * (1 - f["h" + i])
    inputs = {"w1": numbers["x1"], "w3": numbers["x1"], "b1": 1, "b2": 1}
    return delta * inputs.get(name, numbers["x2"])

def backward(numbers):
    return OrderedDict((name, derivative(numbers, name)) for name in ["p", *PARAMETERS])
""",
        }
    },
    "an object that can be called": {
        "edit": {
            "forward": [
                ("def forward(numbers):", "class Forward:\n  def __call__(self, numbers):"),
                ("** 2 / 2}", "** 2 / 2}\n\nforward = Forward()"),
            ],
        }
    },
}
