"""What to do after a fit, chosen on the validation part: keep the network or take a baseline."""

from collections.abc import Mapping
from typing import Any

from liquidtime.train.baseline import together
from liquidtime.train.baseline.standing import best, deciding
from liquidtime.train.report.naming import (
    capital,
    interval,
    lead,
    metric_name,
    number,
    turned,
    verb,
)
from liquidtime.train.score.metrics import higher_is_better

_PRIOR = together.PRIOR


def recommend(
    metrics: Mapping[str, Any], baselines: Mapping[str, Mapping[str, Any]], name: str
) -> dict[str, Any] | None:
    """The network against the best baseline; the test part has no say in it.

    Args:
        metrics: What `metrics.json` holds: `selection` and `validation`.
        baselines: As `liquidtime.train.baseline.standing.Standing` holds them.
        name: What people call the network.

    Returns:
        None without baselines. Otherwise `metric`, `part`, `value` (the network's), `best` (name
        of the baseline), `title`, `baseline` (its value), `difference` (the network's less the
        baseline's, with the 95 % interval), `verdict`, `use` ("network" or the baseline's name,
        whichever has the better value), `usage` (how to use that baseline), `together` and `text`.

        `together` is None where the mean of the network and a baseline is not what to take.
        It is where it scores better than the network and the best baseline, and where the run
        keeps a baseline that cannot be told from the network and nobody is clearly ahead of the
        mean: the validation part would choose by luck, and a mean is seldom worse than either.
        Then `with` and `title` of that baseline, whether it is `kept` by the run, its `value`,
        its `gain` over the better of the two, with the interval, and `clear`: whether that
        interval, and the one over the other, leave out 0.

        Verdicts: "ahead" of every baseline, or "behind" one, where the interval of the difference
        leaves out 0; "even" where it does not; "guessing" where the network cannot be told from
        guessing, nor a baseline from it.
    """
    part = metrics["validation"]
    metric = deciding(metrics["selection"]["metric"], part["metrics"])
    if metric is None:
        return None
    alone = {key: entry for key, entry in baselines.items() if key != together.NAME}
    against = best(alone, "validation", metric)
    value = part["metrics"][metric]["value"]
    if against is None or value is None:
        return None
    entry = baselines[against]
    theirs = entry["validation"]["metrics"][metric]["value"]
    difference = entry["validation"]["difference"][metric]
    verdict = _verdict(difference, metric)
    prior = baselines.get(_PRIOR, {}).get("validation", {}).get("difference", {}).get(metric)
    guesses = prior is not None and _verdict(prior, metric) != "ahead"
    if guesses and verdict != "behind":
        verdict = "guessing"
    up = higher_is_better(metric)
    found = {
        "metric": metric,
        "part": "validation",
        "value": value,
        "best": against,
        "title": entry["title"],
        "baseline": theirs,
        "difference": difference,
        "verdict": verdict,
        "use": "network" if (value >= theirs if up else value <= theirs) else against,
        "usage": entry["usage"],
        "together": _both(baselines, metric, value, theirs),
    }
    return found | {"text": _text(found, name, guesses, part)}


def _verdict(difference: Mapping[str, Any], metric: str) -> str:
    return {1: "ahead", 0: "even", -1: "behind"}[_side(lead(difference, metric))]


def _both(
    baselines: Mapping[str, Mapping[str, Any]], metric: str, own: float, theirs: float
) -> dict[str, Any] | None:
    """The network and a baseline averaged, if that is what to take."""
    entry = baselines.get(together.NAME)
    if entry is None:
        return None
    part, up = entry["validation"], higher_is_better(metric)
    value = part["metrics"][metric]["value"]
    if value is None:
        return None
    over_network = lead(turned(part["difference"][metric]), metric)
    over_baseline = lead(part["gain"][metric], metric)
    gain = over_network if (own >= theirs if up else own <= theirs) else over_baseline
    beside = baselines.get(entry.get("with", ""), {})
    kept = beside.get("kept", False)
    better = gain["value"] is not None and gain["value"] > 0
    if not better and not (kept and _luck(beside, metric, over_network, over_baseline)):
        return None
    return {
        "value": value,
        "gain": gain,
        "clear": all(_side(over) > 0 for over in (over_network, over_baseline)),
        "with": entry.get("with", ""),
        "title": beside.get("title", ""),
        "kept": kept,
    }


def _luck(beside: Mapping[str, Any], metric: str, *over: Mapping[str, Any]) -> bool:
    """Whether the validation part cannot tell the network from a baseline, nor their mean.

    Args:
        beside: The baseline.
        metric: That decides.
        *over: How far the mean is ahead of the network and of the best baseline.
    """
    apart = [lead(beside["validation"]["difference"][metric], metric), *over]
    return (
        all(each["low"] is not None for each in apart)
        and _side(apart[0]) == 0
        and all(_side(each) == 0 for each in over)
    )


def _side(ahead: Mapping[str, Any]) -> int:
    """1 or -1 where an interval leaves out 0, on its side."""
    low, high = ahead["low"], ahead["high"]
    if low is None or high is None:
        return 0
    return 1 if low > 0 else -1 if high < 0 else 0


def _text(found: Mapping[str, Any], name: str, guesses: bool, part: Mapping[str, Any]) -> str:
    title, guessing = found["title"], found["best"] == _PRIOR
    mine, theirs = _scores(found, own_first=True), _scores(found, own_first=False)
    match found["verdict"]:
        case "ahead" if guessing:
            text = f"{name} {verb(name, 'is', 'are')} ahead of guessing ({mine})"
        case "ahead":
            are = verb(name, "is", "are")
            text = f"{name} {are} ahead of every baseline, the best of which is {title} ({mine})"
        case "behind":
            too = f"; {name} cannot be told from guessing" * guesses
            text = f"{title} {_do(title)} better than {name} ({theirs}){too}"
        case "guessing" if guessing or found["use"] == "network":
            text = f"{name} cannot be told from guessing ({mine})"
        case "guessing":
            text = f"{name} cannot be told from guessing, nor from {title} ({theirs})"
        case _ if found["use"] == "network":
            text = f"{name} and the best baseline, {title}, do about equally well ({mine})"
        case _:
            text = f"{title} {_do(title)} at least as well as {name} ({theirs})"
    usage = found["usage"] if found["use"] != "network" else ""
    if usage.startswith("--"):
        text += f": repeat with {usage}"
    elif "--by" in usage:
        text += f"; {usage}"
    few = " With so few cases this says little." if part.get("reliable") is False else ""
    # A name may begin small, such as "random liquid features".
    return f"{capital(text)}.{_of_both(found)} Measured on the validation part.{few}"


def _of_both(found: Mapping[str, Any]) -> str:
    """A sentence on the mean of the two, where it is better than each."""
    both = found["together"]
    if both is None:
        return ""
    value, gain = both["value"], both["gain"]
    alike = both["with"] in ("", found["best"])
    pair = "both" if alike else f"the network and {both['title']}"
    how = " `predict … --by together` gives it." * both["kept"]
    if gain["value"] <= 0:
        return (
            f" The mean of {pair} is the safer choice, since this part cannot tell them apart: "
            f"{number(value)}.{how}"
        )
    word = "does better still" if both["clear"] else "may do better still"
    better = number(gain["value"], like=value)
    within = interval(gain | {"value": value})
    return f" The mean of {pair} {word}: {number(value)}, better by {better} {within}".rstrip() + (
        f".{how}"
    )


def _scores(found: Mapping[str, Any], *, own_first: bool) -> str:
    """Both scores, and by how much the one that is named first is better."""
    own, theirs = found["value"], found["baseline"]
    ahead = lead(found["difference"], found["metric"])
    if not own_first:
        ahead = turned(ahead)
    first, second = (own, theirs) if own_first else (theirs, own)
    shown = {"value": own}
    return (
        f"{metric_name(found['metric'])} {number(first)} against {number(second)}, better by "
        f"{number(ahead['value'], like=own)}"
        + (
            f", 95 % interval {within}"
            if (within := interval(ahead | shown, bracket=False))
            else ""
        )
    )


def _do(title: str) -> str:
    return verb(title, "does", "do")
