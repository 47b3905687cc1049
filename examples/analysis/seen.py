"""Messages handed to the relays, hour by hour, and how many of them by a phone that named itself: python3 seen.py record.jsonl"""

import collections
import json
import sys

if len(sys.argv) != 2:
    sys.exit(__doc__)

handed_in, named = collections.Counter(), collections.Counter()
with open(sys.argv[1], encoding="utf-8") as file:
    for line in map(json.loads, file):
        if line["kind"] == "frame" and line["frame"] == "Submit" and line["way"] == "up":
            hour = line["at"][:13]
            handed_in[hour] += 1
            named[hour] += "from" in line

print("hour           messages  named")
for hour in sorted(handed_in):
    print(f"{hour}  {handed_in[hour]:8}  {named[hour]:5}")
