"""What Oniguruma, as the tokenizers library has it, finds with patterns written and drawn at random,
and the code points of Unicode's properties there, for tokenizers/pattern/testdata.

    python scripts/golden/tokenizer_patterns.py [SEED COUNT OUT]
"""
import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]

from tokenizers import Regex, pre_tokenizers  # noqa: E402

OUT = HERE.parents[1] / "tokenizers" / "pattern" / "testdata"

WRITTEN = r"""a**|a*+|a+*|a+?*|a??*|a*?+|a+??|a?*|(?:a+)*|(?:a*)?b|a{2}+|a{2}?|a{1,2}+|a{1,2}*|a{,2}|a{2,}b|a{1,3}?b|(?:ab){2}|a{0}b|(?:a{2}){2}
^|$|^a|a$|\Aa|a\z|a\Z|\Z|\z|b$|^\n|\n^|$\n|\b|\B|\ba|a\b|\w+\b|(?:^|b)a|a(?:$|b)
(?i)ab|a(?i)b|(?i:a)b|(?-i)a|a(?i)b\|c|(?i)a(?-i)b|(?i:a(?-i:b))|(?m).+|(?m:a.b)|a(?m).|.+|(?i)[a-b]+|(?i)[^a]+|(?i)\p{Lu}+|(?i)\P{Lu}+|(?i)[\p{Lu}]+|(?i)[^\p{Lu}]+|(?i)k|(?im)a.b
(?=b)|(?!b)a|(?<=a)b|(?<!a)b|(?<=a|bc)b|(?<=ab)c|(?<=^)a|(?<!^)a|(?<=\n)a|a(?=b|$)|(?!a\|b).|(?<=a{1,2})b|(?=a)(?!ab).|(?>a+)b|(?>a\|ab)c|a++b|a?+a|(?:ab)++a|a*+b|(?<!a(?=b))b
\p{Alphabetic}+|\p{alpha}+|\p{ L u }+|\p{^L}+|\P{^L}+|\p{Hangul}+|[^\p{Alphabetic}]+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]+|[a-b\]-]+|[\-a]+|[a-]+|[\w-]+|[^\S\n]+|\h+|\H|\d{1,3}|\S\s|\W+
's\|'t\|'re\|'ve\|'m\|'ll\|'d\| ?\p{L}+\| ?\p{N}+\| ?[^\s\p{L}\p{N}]+\|\s+(?!\S)\|\s+|(?i:'s\|'t\|'re\|'ve\|'m\|'ll\|'d)\|[^\r\n\p{L}\p{N}]?\p{L}+\|\p{N}{1,3}\| ?[^\s\p{L}\p{N}]+[\r\n]*\|\s*[\r\n]+\|\s+(?!\S)\|\s+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s\|'t)?\|\p{N}{1,3}
(a|a)|[a|a{1|{a|a{,}|a{2,1}|*a|a\|*|^*|(?=a)*|(?<n>a)|\1|(?#a)b|[a&&b]|[[:alpha:]]|[]a]|[b-a]|[a-\d]|\p{Nope}|\q|(?s)a|(?x)a b|\K|\R|\X|\G|(?<=a+)b|a{100001}|(?~a)|\k<n>|\g<1>|\N|\O|(?a)a|\M-a|\C-a|\e|\a|\x41|\x{AC00}|\uAC00|\101|\0"""

TEXTS = ["", "a", "aaab", "aab aB\nab", "a\nb\n", "b\n", "\n\na", "abcabc ABC", "가나 a1가\u0301\t12 345", "it's WE'LL  go\r\n\r\n !? ", "ab-c]a", "x", "kK\u212a sSſ", "aXb ǅ١²Ⅷⓐ_"]


def written():
    for line in WRITTEN.split("\n"):
        part = ""
        for c in line.replace("\\|", "\0"):
            if c == "|":
                yield part.replace("\0", "|")
                part = ""
            else:
                part += c
        yield part.replace("\0", "|")


def drawn(rng, depth=0):
    """A pattern of everything that is known, and of some of what is not."""
    atoms = ["a", "b", "c", ".", "\\n", " ", "가", "[ab]", "[^a]", "[b-c]", "\\s", "\\S", "\\w", "\\d", "\\p{L}", "\\P{Lu}", "\\p{Alphabetic}", "A", "[^\\s\\p{L}]", "k"]
    places = ["^", "$", "\\A", "\\z", "\\Z", "\\b", "\\B"]
    groups = ["(?:%s)", "(%s)", "(?>%s)", "(?=%s)", "(?!%s)", "(?<=%s)", "(?<!%s)", "(?i:%s)", "(?m:%s)", "(?-i:%s)", "(?i)%s", "(?im-i:%s)"]
    counts = ["*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{2}", "{1,2}", "{,2}", "{1,}", "{2}?", "{1,2}?", "{2}+", "{0,1}"]
    parts = []
    for _ in range(rng.randrange(1, 4)):
        p = rng.random()
        if p < 0.12:
            part = rng.choice(places)
        elif p < 0.45 and depth < 3:
            part = rng.choice(groups) % drawn(rng, depth + 1)
        else:
            part = rng.choice(atoms)
        while rng.random() < 0.35:
            part += rng.choice(counts)
        parts.append(part)
    out = "".join(parts)
    return out + "|" + drawn(rng, depth + 1) if rng.random() < 0.2 and depth < 3 else out


def row(pattern, texts):
    try:
        split = pre_tokenizers.Split(Regex(pattern), "isolated").pre_tokenize_str
    except Exception:
        return {"pattern": pattern, "error": True}
    try:  # offsets rather than pieces: they tell the cuts
        return {"pattern": pattern, "cuts": [[o[1] for _, o in split(t)] for t in texts]}
    except BaseException:  # Oniguruma's own limit of retries
        return None


def ranges(points):
    out = []
    for p in points:
        if out and out[-1][1] == p - 1:
            out[-1][1] = p
        else:
            out.append([p, p])
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in out)


PROPERTIES = """Alphabetic L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp Cc Cf Space
Han Hangul Hiragana Katakana Latin Cyrillic Greek Arabic Hebrew Thai Devanagari Common""".split()


def properties():
    for name in PROPERTIES:
        split = pre_tokenizers.Split(Regex(rf"[^\p{{{name}}}]+"), "removed").pre_tokenize_str
        points = []
        for base in range(0, 0x110000, 0x1000):
            chars = [c for c in range(base, base + 0x1000) if not 0xD800 <= c < 0xE000]
            if chars:
                points += [ord(c) for part, _ in split("".join(map(chr, chars))) for c in part]
        yield {"property": name, "ranges": ranges(points)}


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        for r in filter(None, rows):
            f.write(json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 3:
        rng = random.Random(int(sys.argv[1]))
        write(pathlib.Path(sys.argv[3]), [{"texts": TEXTS}] + [row(drawn(rng), TEXTS) for _ in range(int(sys.argv[2]))])
    else:
        rng = random.Random(7)
        write(OUT / "patterns.jsonl", [{"texts": TEXTS}] + [row(p, TEXTS) for p in written()] + [row(drawn(rng), TEXTS) for _ in range(300)])
        write(OUT / "properties.jsonl", properties())
