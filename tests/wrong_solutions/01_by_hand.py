"""Wrong solutions of *By hand*."""

WRONG = {
    "no sigmoid": {
        "edit": {"forward": ("1 / (1 + math.exp(-z1))", "z1")},
        "loses": ["check_forward", "check_backward", "check_step"],
        "says": "σ(3) is 0.9525741268",
    },
    "error without the half": {
        "edit": {"forward": ("** 2 / 2", "** 2")},
        "loses": ["check_forward", "check_backward"],
        "says": "E is then 1.8147949342",
    },
    "a bias left out of the forward pass": {
        "edit": {"forward": (' + n["b2"]', "")},
        "loses": ["check_forward", "check_backward", "check_step"],
        "says": "p is then 2.9051482536",
    },
    "slope of the sigmoid left out": {
        "edit": {
            "backward": [
                (' * f["h1"] * (1 - f["h1"])', ""),
                (' * f["h2"] * (1 - f["h2"])', ""),
            ]
        },
        "loses": ["check_backward", "check_step"],
        "form": "missing activation derivative",
    },
    "slope of the sigmoid taken of z": {
        "edit": {
            "backward": [
                ('f["h1"] * (1 - f["h1"])', 'f["z1"] * (1 - f["z1"])'),
                ('f["h2"] * (1 - f["h2"])', 'f["z2"] * (1 - f["z2"])'),
            ]
        },
        "loses": ["check_backward", "check_step"],
        "form": "derivative for A, given Z",
    },
    "sign of the error": {
        "edit": {"backward": ('f["p"] - n["y"]', 'n["y"] - f["p"]')},
        "loses": ["check_backward", "check_step"],
        "form": "sign",
    },
    "no gradient of the biases": {
        "edit": {"backward": ('"b3": dp, "b1": d1, "b2": d2', '"b3": 0, "b1": 0, "b2": 0')},
        "loses": ["check_backward", "check_step"],
        "form": "missing bias gradient",
    },
    "uphill": {
        "edit": {"step": ("- rate", "+ rate")},
        "loses": ["check_step"],
        "form": "sign",
    },
    "the table that was passed in is changed": {
        "edit": {
            "step": """
def step(numbers):
    slopes = backward(numbers)
    for name in PARAMETERS:
        numbers[name] -= numbers["rate"] * slopes[name]
    return numbers
"""
        },
        "loses": ["check_step"],
        "says": "make a copy",
    },
    "new weights used too early": {
        "edit": {
            "step": """
def step(numbers):
    numbers = dict(numbers)
    for name in reversed(PARAMETERS):
        numbers[name] -= numbers["rate"] * backward(numbers)[name]
    return numbers
"""
        },
        "loses": ["check_step"],
        "says": "not right",
    },
    "new output weights used for the hidden ones": {
        "edit": {
            "step": """
def step(numbers):
    new, rate, slopes = dict(numbers), numbers["rate"], backward(numbers)
    for name in ("w5", "w6", "b3"):
        new[name] -= rate * slopes[name]
    moved = numbers | {"w5": new["w5"], "w6": new["w6"]}
    f, dp = forward(numbers), slopes["p"]
    for unit, weight, names in ((1, "w5", ("w1", "w2", "b1")), (2, "w6", ("w3", "w4", "b2"))):
        delta = dp * moved[weight] * f[f"h{unit}"] * (1 - f[f"h{unit}"])
        for name, entry in zip(names, (numbers["x1"], numbers["x2"], 1)):
            new[name] -= rate * delta * entry
    return new
"""
        },
        "loses": ["check_step"],
        "form": "new weights used too early",
    },
    "one number of the pencil wrong": {
        "edit": {"forward_by_hand": ('"p": ', '"p": 1 + ')},
        "loses": ["check_forward_by_hand"],
        "says": "E is ½(p − y)²",
    },
    "one slope of the pencil wrong": {
        "edit": {"slopes_by_hand": ('"w1": ', '"w1": 1 + ')},
        "loses": ["check_slopes_by_hand"],
        "says": "check how its dW is computed",
    },
}
