"""Where two designs differ: python3 differ.py matrix.csv DESIGN OTHER"""

import csv
import sys

if len(sys.argv) != 4:
    sys.exit(__doc__)
path, one, other = sys.argv[1:]

says = {one: {}, other: {}}
with open(path, encoding="utf-8", newline="") as file:
    for cell in csv.DictReader(file):
        if cell["design"] in says:
            says[cell["design"]][cell["demand"]] = (cell["state"], cell["says"])

for design, cells in says.items():
    if not cells:
        sys.exit(f"{path} has no design {design}")
for demand, (state, words) in says[one].items():
    if demand in says[other] and says[other][demand][0] != state:
        print(f"{demand}\n  {one}: {words}\n  {other}: {says[other][demand][1]}")
