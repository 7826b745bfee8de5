"""What a first build costs, dependency by dependency.

    python scripts/compile.py ./cmd/bench

Builds with an empty cache, and adds up the CPU time of compiling, assembling and
linking by module. Modules are downloaded before; a fresh machine does that too.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def modules(package):
    """Returns the module of every package that the given one needs; std's have none."""
    out = subprocess.run(["go", "list", "-deps", "-f", "{{.ImportPath}} {{with .Module}}{{.Path}}{{end}}", package], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    return {path: module or "std" for path, _, module in (line.partition(" ") for line in out.splitlines())}


def main():
    package = sys.argv[1] if len(sys.argv) > 1 else "./cmd/bench"
    of = modules(package)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        graph = work / "graph.json"
        start = time.perf_counter()
        subprocess.run(["go", "build", f"-debug-actiongraph={graph}", "-o", work / "program", package], check=True,
                       env={**os.environ, "GOCACHE": str(work / "cache")})
        took = time.perf_counter() - start
        actions = json.loads(graph.read_text())
        size = (work / "program").stat().st_size
        cache = sum(f.stat().st_size for f in (work / "cache").rglob("*") if f.is_file())
    packages, cpu = collections.Counter(), collections.Counter()
    for a in actions:
        name = "linking" if a["Mode"] == "link" else of.get(a.get("Package", ""), "")
        if name and a["Mode"] in ("build", "link"):
            packages[name] += a["Mode"] == "build"
            cpu[name] += (a.get("CmdUser", 0) + a.get("CmdSys", 0)) / 1e9
    print(f"{took:.0f} s on {os.cpu_count()} cores, {sum(cpu.values()):.0f} s of CPU time, {sum(packages.values())} packages; "
          f"the program has {size / 1e6:.0f} MB, the cache {cache / 1e6:.0f} MB\n")
    print("| module | packages | CPU s |\n| --- | ---: | ---: |")
    for name, seconds in cpu.most_common():
        if seconds >= 0.3:
            print(f"| {name} | {packages[name] or ''} | {seconds:.1f} |")
    rest = [n for n in cpu if cpu[n] < 0.3]
    print(f"| {len(rest)} others | {sum(packages[n] for n in rest)} | {sum(cpu[n] for n in rest):.1f} |")


if __name__ == "__main__":
    main()
