"""What Lighthouse said is read as it was said; the goals are the issue's."""

from deploy.lighthouse import Looked, read_report

REPORT = {
    "categories": {
        "performance": {"score": 0.97, "auditRefs": [{"id": "paint", "weight": 10}]},
        "accessibility": {"score": 1, "auditRefs": [{"id": "names", "weight": 7}]},
        "best-practices": {
            "score": 0.96,
            "auditRefs": [{"id": "errors", "weight": 1}, {"id": "hint", "weight": 0}],
        },
    },
    "audits": {
        "paint": {"title": "Paints late", "score": 0.9, "scoreDisplayMode": "numeric"},
        "names": {"title": "Has names", "score": 1, "scoreDisplayMode": "binary"},
        "errors": {"title": "Logs errors", "score": 0, "scoreDisplayMode": "binary"},
        "hint": {"title": "A hint", "score": 0, "scoreDisplayMode": "binary"},
    },
}


def test_a_page_below_a_goal_says_what_costs_points() -> None:
    found = read_report(Looked("/intake/"), REPORT)

    assert found.scores == {"performance": 97, "accessibility": 100, "best-practices": 96}
    assert found.lacking == ("Logs errors", "Paints late")
    assert not found.reaches_goals


def test_a_page_at_every_goal_passes() -> None:
    audits = {**REPORT["audits"], "errors": {**REPORT["audits"]["errors"], "score": 1}}
    best = {**REPORT["categories"]["best-practices"], "score": 1}
    categories = {**REPORT["categories"], "best-practices": best}

    assert read_report(
        Looked("/intake/"), {"categories": categories, "audits": audits}
    ).reaches_goals
