"""The evidence of one cell, as asked and returned: python3 paper.py evidence/DESIGN--DEMAND.json"""

import json
import sys

if len(sys.argv) != 2:
    sys.exit(__doc__)
with open(sys.argv[1], encoding="utf-8") as file:
    evidence = json.load(file)

STATES = {"returned": "returned", "held-unreadable": "held but unreadable",
          "held-in-another-form": "held, in another form", "none-held": "none", "withheld": "withheld"}

print(f"{evidence['demand']}, under {evidence['design']}, in {evidence['scenario']}")
for entry in evidence["brought"]["entries"]:
    answer = entry["answer"]
    if answer["state"] in STATES:
        lines = answer.get("lines") or [f"{STATES[answer['state']]} {answer.get('count', '')}".rstrip()]
        print(f"{entry['asked']:28}", ("\n" + " " * 29).join(lines))
    if entry["withheld"]:
        print(f"{'not handed over':28} {entry['withheld']['says']}")
for text in evidence["brought"]["said"]:
    print(f"{'a text':28} {text['text']}")
for reason in evidence["reasons"]:
    print(f"{'because':28} {reason}")
