"""The page on calibration: what is claimed, what was observed, and the curve."""

from itertools import pairwise

import numpy as np

from benchmarks.reliability import EDGES, reliability

CURVE = "images/confidence.svg"
BINS = [f"{low:g} to {high:g}" for low, high in pairwise(EDGES)]
KINDS = {
    "borderline": ("Places about the floors", "#b5562b"),
    "random": ("Plain plantings", "#2b6cb5"),
    "ordinary": ("Ordinary countries", "#3a7d44"),
}


def table(rows, *, heads, of):
    """Markdown of `rows` of `calibration.reliability`; `of` gives the first cells of a row."""
    lines = ["| " + " | ".join([*heads, "cells", "claimed", "observed (95 % interval)"]) + " |"]
    lines.append("|" + "---|" * (len(heads) + 3))
    for row in rows.to_dict("records"):
        observed = f"{row['observed']:.1%} ({row['low']:.1%} to {row['high']:.1%})"
        cells = [*of(row), f"{row['cells']:,}", f"{row['claimed']:.1%}", observed]
        lines.append("| " + " | ".join(cells).replace("%", " %") + " |")
    return "\n".join(lines)


def curve(rows, *, side=420, pad=56):
    """SVG of observed against claimed shares, one line for each kind of country."""

    def at(claimed, observed):
        return pad + claimed * side, pad + (1 - observed) * side

    whole = side + 2 * pad
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" '
            'font-family="sans-serif" font-size="13" role="img" '
            'aria-label="Share of cells that keep their class against the confidence claimed">'
        ),
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for tick in np.linspace(0, 1, 6):
        (x, bottom), (left, y) = at(tick, 0), at(0, tick)
        right, top = at(1, 1)
        parts += [
            (
                f'<path d="M{x:.0f} {top:.0f}V{bottom:.0f}M{left:.0f} {y:.0f}H{right:.0f}" '
                'stroke="#ddd"/>'
            ),
            f'<text x="{x:.0f}" y="{bottom + 18:.0f}" text-anchor="middle">{tick:.1f}</text>',
            f'<text x="{left - 8:.0f}" y="{y + 4:.0f}" text-anchor="end">{tick:.1f}</text>',
        ]
    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    parts.append(f'<path d="M{x0} {y0}L{x1} {y1}" stroke="#888" stroke-dasharray="5 4"/>')
    for k, (kind, (label, colour)) in enumerate(KINDS.items()):
        own = rows[rows["kind"] == kind].sort_values("claimed")
        points = [at(c, o) for c, o in zip(own["claimed"], own["observed"], strict=True)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), low, high in zip(points, own["low"], own["high"], strict=True):
            top, bottom = at(0, high)[1], at(0, low)[1]
            parts.append(
                f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="{colour}"/>'
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
            )
        y = pad + 20 + 20 * k
        parts.append(
            f'<circle cx="{pad + 18}" cy="{y - 4}" r="4" fill="{colour}"/>'
            f'<text x="{pad + 28}" y="{y}">{label}</text>'
        )
    middle = pad + side / 2
    parts += [
        f'<text x="{middle}" y="{side + pad + 42}" text-anchor="middle">confidence claimed</text>',
        (
            f'<text transform="translate(16 {middle}) rotate(-90)" text-anchor="middle">'
            "share that kept their class</text>"
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


HEAD = """\
# How far confidence can be trusted

Confidence is the share of worlds drawn again in which a cell gets the class that it has
(`geo.classification.resampling.redrawn_verdicts`). Invented countries can be drawn again: the same
map, towns, institutions and laws, other firms and other ties (`geo.worlds.world`, `draw`). So what
is claimed can be compared with what happens. Every figure here was made by

    python -m benchmarks.calibration --first {first} --countries {each} --draws {draws}

from {countries} countries, each judged once with its confidence and drawn {draws} times more.

Three kinds of countries were drawn. In one, all that is planted lies about the floors of the
verdict. In the second, clusters and huddles are what they are elsewhere. In the third, trade falls
off with distance as measured, freight and wholesale are bought in town, plants are of all sizes,
and every chain has a twin elsewhere that merely sits together. Cells that are dispersed are most
of any country and easy; the curve and the first two tables leave them out. Where another draw has
no firms of a cell, it counts as dispersed.

![Share of cells that kept their class against the confidence claimed](images/confidence.svg)

Intervals are those of a bootstrap over countries, at 95 %: cells of one country are alike.
"""


TRUST = """
What to make of it: in ordinary countries, and where clusters and huddles are plain, a claim of 0.9
is kept nine times in ten. Places about the floors of several questions at once promise too much:
those that passed them all had some luck. Luck of plants is taken off the claim
(`geo.classification.resampling.empirical_bayes`), luck of ties is not. A verdict that hangs on a
floor is told by `threshold_agreement` and `rests_on`; read them beside a high confidence. Dispersed
cells are as safe as they claim, or safer.
"""


def _nine_in_ten(cells, label):
    about = cells[cells["confidence"].between(0.85, 0.95)]
    if not len(about):
        return f"- {label}: no cell with a confidence of 0.85 to 0.95 that is not dispersed."
    kept, meant = about["kept"].sum() / about["draws"].sum(), about["confidence"].mean()
    return (
        f"- {label}: of {len(about)} cells with a confidence of 0.85 to 0.95 that are not "
        f"dispersed, {kept:.0%} kept their class (claimed: {meant:.0%})."
    ).replace("%", " %")


def page(cells):
    """Text of the page, and the curve that it shows."""
    something = cells[cells["class"] != "dispersed"]
    by_kind = reliability(something, by=("kind",))
    drawn = cells[["kind", "country"]].drop_duplicates()
    easy = cells[cells["class"] == "dispersed"]
    parts = [
        HEAD.format(
            first=drawn["country"].min(),
            each=drawn["country"].nunique(),
            countries=len(drawn),
            draws=int(cells["draws"].max()),
        ),
        *(
            _nine_in_ten(something[something["kind"] == kind], label)
            for kind, (label, _) in KINDS.items()
        ),
        _nine_in_ten(something, "All together"),
        TRUST,
        "## Cells that are not dispersed\n",
        table(
            by_kind,
            heads=["country", "confidence"],
            of=lambda row: [KINDS[row["kind"]][0], BINS[row["bin"]]],
        ),
        "\n## The same by class, all kinds of countries\n",
        table(
            reliability(something, by=("class",)),
            heads=["class", "confidence"],
            of=lambda row: [row["class"], BINS[row["bin"]]],
        ),
        "\n## Dispersed cells\n",
        table(reliability(easy), heads=["confidence"], of=lambda row: [BINS[row["bin"]]]),
    ]
    return "\n".join(parts) + "\n", curve(by_kind)
