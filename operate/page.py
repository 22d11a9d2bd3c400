"""The report as one page: nothing is loaded from elsewhere, and nothing runs in it."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from operate.charts import LABELS, THICK, WIDTH, chart_of
from operate.figures import Figures, days
from operate.words import Kind

MOST_URGENT = 25
TEMPLATES = Path(__file__).with_name("templates")


def page(figures: Figures) -> str:
    """HTML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    charts = (
        chart_of("states", "Requests by state", "State", figures.states),
        chart_of("due", "Time left until the due date, of open requests", "Time left", figures.due),
        chart_of("took", "Time from receipt to completion", "Time", figures.took),
    )
    return environment.get_template("report.html").render(
        figures=figures,
        charts=charts,
        kinds=tuple(Kind),
        urgent=figures.urgent[:MOST_URGENT],
        median=days(figures.times.median),
        nine_in_ten=days(figures.times.nine_in_ten),
        size={"width": WIDTH, "labels": LABELS, "thick": THICK},
    )
