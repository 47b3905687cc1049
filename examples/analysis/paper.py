"""The evidence of one cell, as asked and returned: python3 paper.py evidence/DESIGN--DEMAND.json"""

import json
import sys

if len(sys.argv) != 2:
    sys.exit(__doc__)
with open(sys.argv[1], encoding="utf-8") as file:
    evidence = json.load(file)

print(f"{evidence['demand']}, under {evidence['design']}, in {evidence['scenario']}")
for entry in evidence["brought"]["entries"]:
    if entry["covered"]:
        print(f"{entry['asked']:28}", entry["answer"].replace("\n", "\n" + " " * 29))
for text in evidence["brought"]["said"]:
    print(f"{'a text':28} {text['text']}")
for reason in evidence["reasons"]:
    print(f"{'because':28} {reason}")
