# SPDX-License-Identifier: Apache-2.0
"""JSON to rows: our parser against Spark's `JacksonParser`, both with the projection that a scan needs.

`python bench/rows.py` runs the JMH benchmark in `bench/rows` and prints the ratios. Standard library only.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOALS = {"events": 5.0, "flat": 5.0, "wide": 4.0}
NAMES = {"events": "1 KB nested events", "flat": "5 flat fields", "wide": "5 of 60 fields"}


def main() -> None:
    report = ROOT / "target" / "rows.json"
    report.parent.mkdir(exist_ok=True)
    options = " ".join(sys.argv[1:])
    subprocess.run(["./sbtw", f"benchRows/Jmh/run {options} -rf json -rff {report}"], cwd=ROOT, check=True)
    scores: dict[tuple[str, str], float] = {}
    for result in json.loads(report.read_text()):
        method = result["benchmark"].rpartition(".")[2]
        scores[result["params"]["data"], method] = result["primaryMetric"]["score"]
    for data, goal in GOALS.items():
        direct, jackson = scores[data, "direct"], scores[data, "jacksonParser"]
        verdict = "reached" if jackson / direct >= goal else "missed"
        print(
            f"{NAMES[data]}: {direct:,.0f} ns per record, JacksonParser {jackson:,.0f} ns, "
            f"ratio {jackson / direct:.1f} (goal >= {goal}: {verdict})"
        )


if __name__ == "__main__":
    main()
