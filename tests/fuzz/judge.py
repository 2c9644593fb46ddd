"""Whether a case ended well."""

from child import CPU_SECONDS, MEMORY_MIB
from contract import Case, Outcome

_LONGEST_MESSAGE = 1_200


def fault(case: Case, outcome: Outcome) -> str | None:
    """What is wrong with how a case ended, in a few words; None if nothing is."""
    if outcome.status < 0:
        return f"ended by signal {-outcome.status}"
    if "Traceback (most recent call last)" in outcome.messages:
        return "traceback"
    if outcome.status not in (0, 2):
        return f"exit status {outcome.status}"
    if outcome.cpu_seconds > CPU_SECONDS:
        return f"{outcome.cpu_seconds:.0f} s on the processor"
    if outcome.peak_mib > MEMORY_MIB:
        return f"{outcome.peak_mib:.0f} MiB"
    if _control(outcome.output + outcome.messages):
        return "control characters on the terminal"
    return _refused(case, outcome) if outcome.status else _accepted(case, outcome)


def _accepted(case: Case, outcome: Outcome) -> str | None:
    if case.right is None:
        return f"accepted; expected a refusal that holds {case.refusal}"
    wrong = case.right(outcome)
    return f"wrong result: {wrong}" if wrong else None


def _refused(case: Case, outcome: Outcome) -> str | None:
    message = outcome.messages.strip()
    if case.refusal is None:
        return f"refused a good input: {message}"
    left = [str(path) for path in case.leaves if path.exists()]
    if left:
        return f"left {', '.join(left)} after a refusal"
    errors = [line for line in message.splitlines() if line.startswith("error: ")]
    if len(errors) != 1 or not message.splitlines()[-1].startswith("error: "):
        return f"no single line of error: {message}"
    if len(errors[0]) > _LONGEST_MESSAGE:
        return f"a message of {len(errors[0])} characters"
    absent = [word for word in case.refusal if word not in errors[0]]
    return f"the message does not hold {absent}: {errors[0]}" if absent else None


def _control(text: str) -> bool:
    return any(not sign.isprintable() and sign not in "\n\t\u00a0" for sign in text)
