"""How the reference recipe reads a table and a tagged file, row by row, for
datasets/testdata: every kind of white space, quotation marks and line ends that
Python knows. Rows that make the recipe fail are not among them.

    python scripts/golden/reading.py
"""
import json
import pathlib
import random

OUT = pathlib.Path(__file__).resolve().parents[2] / "datasets" / "testdata"
rng = random.Random(20200105)

SPACES = [chr(c) for c in range(0x110000) if chr(c).isspace() and chr(c) not in "\t\n\r"]
NO_SPACES = ["\u200b", "\u180e", "\ufeff", "\u2060", "\u200d", "\x08", "\x1b", "\x7f"]
WORDS = ["봄", "여름이", "가을은", "겨울에", "눈", "비가", "왔다", "맑다", "'", '"', '""', "a,b", "#", "ㅋㅋ", "🙂", "e\u0301", "가"]


def word():
    return "".join(rng.choice(WORDS) for _ in range(rng.randint(1, 3)))


def side():
    parts = []
    for _ in range(rng.randint(0, 5)):
        parts.append(word())
        parts.append(rng.choice(SPACES + NO_SPACES + [" "] * 20))
    return "".join(parts)


def edge():
    return "".join(rng.choice(SPACES) for _ in range(rng.choice([0, 0, 0, 1, 2])))


def write(name, lines):
    text = "".join(line + rng.choice(["\n"] * 6 + ["\r\n", "\r"]) for line in lines)
    (OUT / name).write_bytes(text.encode())


def table():
    lines = ["id\tsentence1\tsentence2\tlabel"]
    while len(lines) < 400:
        line = edge() + f"{len(lines)}\t{side()}\t{side()}\t{rng.choice('01')}" + edge() + rng.choice(["", "", "", "\t", "\t \t"])
        if len(line.strip().split("\t")) == 4:
            lines.append(line)
    write("table.tsv", lines)
    rows = []
    with open(OUT / "table.tsv", encoding="utf-8") as f:  # as the recipe opens it
        read = [line.strip() for line in f]
    for line in read[1:]:
        cells = line.split("\t")
        rows.append({"text": cells[1], "pair": cells[2], "label": cells[3]})
    return rows


def tagged():
    lines = []
    while len(lines) < 200:
        words, tags = rng.randint(1, 6), []
        sentence = ""
        for _ in range(words):
            sentence += word() + rng.choice(SPACES + [" "] * 20) * rng.choice([1, 1, 2])
        tags = rng.choices(["O", "PER-B", "PER-I"], k=len(sentence.split()))
        lines.append(edge() + sentence + "\t" + " ".join(tags) + edge())
    write("tagged.tsv", lines)
    rows = []
    with open(OUT / "tagged.tsv", encoding="utf-8") as f:
        for line in f:
            words, tags = line.strip().split("\t")
            rows.append({"words": words.split(), "tags": tags.split()})
            assert len(rows[-1]["words"]) == len(rows[-1]["tags"])
    return rows


OUT.mkdir(parents=True, exist_ok=True)
for name, rows in [("table", table()), ("tagged", tagged())]:
    with open(OUT / f"{name}.jsonl", "w", encoding="utf-8") as f:
        for row in rows:
            f.write(json.dumps(row, ensure_ascii=False) + "\n")
