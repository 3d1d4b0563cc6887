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
    "bias left out": {
        "edit": {"forward": (' + n["b2"]', "")},
        "loses": ["check_forward", "check_backward", "check_step"],
        "says": "p is then 2.9051482536",
    },
    "slope of the sigmoid left away": {
        "edit": {"backward": (' * f["h1"] * (1 - f["h1"])', "")},
        "loses": ["check_backward", "check_step"],
        "says": "E changes with w1",
    },
    "uphill": {
        "edit": {"step": ('- numbers["rate"]', '+ numbers["rate"]')},
        "loses": ["check_step"],
        "says": "uphill",
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
        "says": "with all slopes from the old parameters",
    },
    "another student's pencil": {
        "edit": {"forward_by_hand": ('"p": ', '"p": 1 + ')},
        "loses": ["check_forward_by_hand", "check_slopes_by_hand"],
        "says": "E is ½(p − y)²",
    },
}
