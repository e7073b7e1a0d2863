"""Seconds and memory of every asset of the whole job, median of several runs.

    python benchmarks/assets.py [--rounds 3] [--raw data/raw] [--least 0.5]

Every round is the command `run` in a process of its own, which writes what each step took into the
record of the run. Assets below `--least` seconds are added up.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--raw", default="data/raw", help="folder of raw tables")
    parser.add_argument("--least", type=float, default=0.5)
    given = parser.parse_args()
    seconds, memory = defaultdict(list), defaultdict(float)
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as out:
            command = [sys.executable, "-m", "pipelines.cli", "run", given.raw, "--out", out]
            subprocess.run(command, check=True, capture_output=True)
            steps = json.loads((Path(out) / "run.json").read_text(encoding="utf-8"))["steps"]
        for name, step in steps.items():
            seconds[name].append(step["seconds"])
            memory[name] = max(memory[name], step["peak_memory_mb"] or 0.0)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    print("seconds  memory so far, MB  asset")
    for name, median in sorted(medians.items(), key=lambda item: -item[1]):
        if median >= given.least:
            print(f"{median:7.2f} {memory[name]:18,.0f}  {name}")
    rest = [median for median in medians.values() if median < given.least]
    print(f"{sum(rest):7.2f} {max(memory.values()):18,.0f}  {len(rest)} others")
    print(f"{sum(medians.values()):7.2f} {'':18}  all {len(medians)}")


if __name__ == "__main__":
    main()
