"""The page of the proof, in Markdown."""

from benchmarks.worlds.rules import RULES
from benchmarks.worlds.scores import JUDGES, share_of_false_clusters, share_right, with_yearly_cells

NAMES = {
    "jiqun": "jiqun",
    "quotient": "quotient above 1.25",
    "quotient_and_local_share": "quotient and local share",
    "moran": "significant Moran",
}
HEAD = """\
# Verdicts on planted worlds

Every figure here was made by `python -m benchmarks.worlds` ({seeds} seeds of each of {worlds}
worlds; {cells:,} cells judged). A world is an invented country with a known truth; each tries one
thing that misleads (`geo.worlds.HARD_WORLDS`). It is written to files, read again, and run through
the program as far as its class needs it. A verdict is right where the truth accepts it:
with links for a fifth of the firms, for instance, 'undetermined' is right, too.

Beside it stand three rules in common use: a location quotient above 1.25; the same with a share of
local ties above the region's share of plants; a high quotient with a significant local Moran's I.
They know two or three answers only, so that recall of the other classes is out of their reach;
false clusters are what they are to be judged by.

Every world is an ordinary country besides: trade falls off with distance as Hungarian supply ties
do (eleven times as likely under 5 km as at 100 km), freight and wholesale are bought in town,
plants are of all sizes, some are signed for in the capital, fifteen firms in a hundred close
every year and as many open, and every planted chain has a twin elsewhere that merely sits
together. What that costs in recall is to be seen by comparing `chains` with
`chains_in_a_plain_country`, which lacks all this but the twins, and with
`chains_and_distance_decay`, where everybody's trade falls off so fast that a chain which buys at
home has little to set it apart. These are our own countries. In those of others verdicts can fare
worse, recall above all.

Intervals are Wilson's at 95 %. The years of one cell are much alike, so they count as one drawing:
honest intervals, not narrow ones.
"""


def page(counted, years, meanings):
    """Text of the page.

    Parameters
    ----------
    counted : DataFrame
        Outcomes of all worlds and seeds, as `scores.outcomes` gives them.
    years : dict
        Number of years of every world.
    meanings : dict
        What every world tries, in words.
    """
    counted = with_yearly_cells(counted, years)
    planted = counted[counted["planted"] != "plain"]
    ours = counted["judge"] == "jiqun"
    cells = int(counted.loc[ours, "cells"].sum())
    head = HEAD.format(
        seeds=counted["seed"].nunique(), worlds=counted["world"].nunique(), cells=cells
    )
    parts = [
        head,
        "## Recall by class, planted cells of all worlds",
        _by_judge(share_right(planted, ["truth", "judge"]), "truth", "class"),
        "## False clusters",
        "Cells called cluster or emerging cluster where the truth accepts neither.",
        _by_judge(share_of_false_clusters(_without(counted), ["judge"]).assign(of="all cells"),
                  "of", "among"),
        "## World by world",
        _worlds(counted, planted, meanings),
    ]  # fmt: skip
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _without(counted):
    """Cells where no cluster is."""
    return counted[~counted["truth"].isin(["cluster", "emerging_cluster"])]


def _by_judge(shares, of, title):
    rows = [[title, "cells", *(NAMES[judge] for judge in JUDGES)]]
    for name, group in shares.groupby(of):
        by = group.set_index("judge")
        rows.append(
            [name, f"{int(by['cells'].max()):,}", *(_share(by.loc[judge]) for judge in JUDGES)]
        )
    return _table(rows)


def _worlds(counted, planted, meanings):
    ours = ["world", "judge"]
    right = share_right(planted, ours).set_index(ours)
    plain = share_right(counted[counted["planted"] == "plain"], ours).set_index(ours)
    false = share_of_false_clusters(_without(counted), ours).set_index(ours)
    naive = [f"false clusters: {NAMES[rule]}" for rule in RULES]
    rows = [["world", "tries", "planted right", "plain right", "false clusters", *naive]]
    for world in sorted(counted["world"].unique()):
        key = (world, "jiqun")
        rows.append(
            [
                f"`{world}`",
                meanings[world],
                _share(right.loc[key]) if key in right.index else "none planted",
                _share(plain.loc[key]),
                *(_percent(false.loc[(world, judge)]["share"]) for judge in JUDGES),
            ]
        )
    return _table(rows)


def _share(row):
    return f"{_percent(row['share'])} ({_percent(row['low'])} to {_percent(row['high'])})"


def _percent(share):
    return (
        f"{100 * share:.1f} %"
        if 0.001 < share < 0.999 or share in {0, 1}
        else f"{100 * share:.2f} %"
    )


def _table(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
