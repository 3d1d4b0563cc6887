"""Questions whose wrong options are computed mistakes, checks of exercises, and drills."""

from backprop.practice.check import check
from backprop.practice.drill import Drill
from backprop.practice.question import Question, Verdict, ask

__all__ = ["Drill", "Question", "Verdict", "ask", "check"]
