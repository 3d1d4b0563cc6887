"""Wrong and right solutions of an assignment: what they lose, and what each check says."""

from assignment_cases import cases_of

test_wrong, test_right = cases_of("02_six_steps")
