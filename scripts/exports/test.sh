#!/usr/bin/env bash
# Gives what bench exports to those that it is for: a LaTeX engine compiles the
# tables, Hangul too, pandas and R read the CSV unchanged, and
# TensorBoard's own reader loads the events, of a run that is still training too.
# What can't be had here is said, and not run.
#
#   test.sh BENCH RUNS     RUNS: a folder of runs of two models and two seeds
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bench=$(realpath "$1") runs=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # PACKAGE...
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1
}
has() { command -v kpsewhich >/dev/null 2>&1 && kpsewhich "$@" >/dev/null; }

if { has pdflatex.fmt && has booktabs.sty; } || fetch texlive-latex-recommended; then
  hangul=('')
  if has kotex.sty || fetch texlive-lang-korean; then
    hangul+=('한국어 모델 — 비교 [100 %]_#&')
  else
    echo 'NOT RUN: texlive-lang-korean is not to be had here, so no table with Hangul was compiled'
  fi
  mkdir "$work/tex"
  for title in "${hangul[@]}"; do
    "$bench" export latex "$runs" --published lmkor --title "$title" -o "$work/tex/table.tex" 2>/dev/null
    for engine in pdflatex lualatex xelatex; do
      command -v $engine >/dev/null 2>&1 || continue
      [ $engine = pdflatex ] || [ -z "$title" ] || continue # the others take any font with Hangul, if there is one
      [ $engine = pdflatex ] || has $engine.fmt || continue
      if ! (cd "$work/tex" && $engine -interaction=nonstopmode -halt-on-error table.tex >out.txt 2>&1); then
        tail -n 20 "$work/tex/out.txt"
        echo "$engine does not compile the table \"$title\""
        exit 1
      fi
      if grep -E 'Overfull .hbox|Missing character|undefined' "$work/tex/table.log"; then
        echo "$engine sets the table \"$title\" with faults"
        exit 1
      fi
      echo "$engine compiles the table${title:+ with Hangul}"
    done
  done
else
  echo 'NOT RUN: no LaTeX engine of Debian is to be had here, so the table was compiled by none'
fi

"$bench" export csv "$runs" -o "$work/runs.csv" 2>/dev/null
"$bench" leaderboard "$runs" --published lmkor --format csv >"$work/board.csv" 2>/dev/null
"$bench" leaderboard "$runs" --published lmkor --format json >"$work/board.json" 2>/dev/null
python=${PYTHON:-}
if [ -z "$python" ] && command -v python3 >/dev/null 2>&1 && python3 -m venv "$work/venv" >/dev/null 2>&1 &&
  "$work/venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt" >/dev/null 2>&1; then
  python=$work/venv/bin/python
fi
if [ -n "$python" ]; then
  "$python" "$here/read.py" csv "$work/runs.csv" "$work/board.csv" "$work/board.json" "$runs"
  "$bench" export tensorboard "$runs" -o "$work/events" 2>/dev/null
  "$python" "$here/read.py" events "$work/events" "$runs"
  "$python" "$here/read.py" live "$bench" "$work/live"
else
  echo 'NOT RUN: pandas and tensorboard are not to be had here, so neither read what is exported'
fi
if command -v Rscript >/dev/null 2>&1 || fetch r-base-core; then
  Rscript "$here/read.R" "$work/runs.csv" "$work/board.csv"
else
  echo 'NOT RUN: r-base-core is not to be had here, so R read no CSV'
fi
