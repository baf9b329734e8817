"""The front of two objectives as a picture, by matplotlib where it is installed."""

import math
from pathlib import Path
from typing import Any

from app.cli.client.targets import version_name
from app.cli.terminal import USAGE, counted, fail, say

SHAPES = (".png", ".svg")
SPREAD = 100
"""From which ratio of the largest value to the smallest an axis is logarithmic."""
AXES = 2


def check_plot(file: Path, objectives: int) -> None:
    """End the command where nothing can be drawn."""
    if file.suffix.lower() not in SHAPES:
        fail(f"{file} is no picture that can be drawn: name it .png or .svg", USAGE)
    if objectives != AXES:
        fail(f"a picture has two axes: give two objectives, not {objectives}", USAGE)
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an extra
    except ImportError:
        fail("pictures are drawn by matplotlib: pip install 'holotype[plots]'")
    mpl.use("Agg")


def draw_front(file: Path, found: dict[str, Any]) -> None:
    """Draw the versions of a front into a file: the first objective upwards, the second to the right."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    points = sorted((*reversed(one["values"]), version_name(one["version"])) for one in found["nodes"])
    if not points:
        fail("nothing is on the front: there is nothing to draw")
    across, up, _ = map(list, zip(*points, strict=True))
    figure = Figure(figsize=(9, 6), layout="constrained")
    axes = figure.subplots()
    above, beside = found["objectives"]
    logarithmic = _label_axis(axes, "x", beside, across), _label_axis(axes, "y", above, up)
    # A step's corner is worse than both its ends: what lies behind the line is what the front beats.
    steps = "steps-post" if beside["direction"] == "MINIMIZE" else "steps-pre"
    axes.plot(across, up, drawstyle=steps, linewidth=1)
    axes.scatter(across, up, s=16, zorder=3)
    better = _towards(beside), _towards(above)
    for place in _labelled(across, logarithmic=logarithmic[0]):
        # Only where something is better, or worse, in both objectives is there nothing of the line.
        outward = 1 if place == 0 else -1 if place == len(points) - 1 else better[0]
        _name_point(axes, points[place], [side * outward * better[0] for side in better])
    axes.set_title(_title(found))
    axes.grid(visible=True, alpha=0.3)
    axes.margins(0.08)
    try:
        figure.savefig(file, dpi=150)
    except OSError as failure:
        fail(f"{file} cannot be written: {failure.strerror}")
    say(f"{file} is drawn")


def _label_axis(axes: Any, name: str, objective: dict[str, Any], values: list[float]) -> bool:
    """Name an axis and choose its scale; return whether that is logarithmic."""
    label, unit = objective["label"], objective["unit"]
    shown = f"{label} [{unit}]" if unit and not label.endswith(unit) else label
    better = "higher" if _towards(objective) > 0 else "lower"
    wide = min(values) > 0 and max(values) > SPREAD * min(values)
    axes.set(**{f"{name}label": f"{shown}, {better} is better", f"{name}scale": "log" if wide else "linear"})
    return wide


def _towards(objective: dict[str, Any]) -> int:
    return 1 if objective["direction"] == "MAXIMIZE" else -1


def _labelled(across: list[float], *, logarithmic: bool) -> list[int]:
    """Return the places of the ends and of the point that is nearest to the middle between them."""
    spots = [math.log(value) for value in across] if logarithmic else across
    middle = (spots[0] + spots[-1]) / 2
    nearest = min(range(len(spots)), key=lambda place: abs(spots[place] - middle))
    return sorted({0, nearest, len(spots) - 1})


def _name_point(axes: Any, point: tuple[float, float, str], sides: list[int]) -> None:
    """Write a point's name beside it, to the right or left (1 or -1) and above or below."""
    right, above = sides
    axes.annotate(
        point[2],
        point[:2],
        xytext=(5 * right, 4 * above),
        textcoords="offset points",
        ha="left" if right > 0 else "right",
        va="bottom" if above > 0 else "top",
        fontsize=8,
    )


def _title(found: dict[str, Any]) -> str:
    shown, total = len(found["nodes"]), found["totalCount"]
    part = "" if shown == total else f"the first {shown} of "
    return f"{part}{total:,} on the front of {counted(found['evaluated'], 'version')}"
