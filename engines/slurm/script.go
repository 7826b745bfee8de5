package slurm

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lmkor/bench/engines"
	"github.com/lmkor/bench/plans"
)

// script is a file for sbatch.
type script struct{ name, text string }

// arrays groups the cells by what they need and cuts the groups into arrays
// that the cluster takes.
func (e *Engine) arrays(p *plans.Plan, cells []int) ([]script, error) {
	groups := map[engines.Need][]int{}
	for _, n := range cells {
		c, err := p.Cell(n)
		if err != nil {
			return nil, err
		}
		need := engines.NeedOf(c)
		groups[need] = append(groups[need], n)
	}
	// The short ones first: most of the table is there early.
	order := slices.SortedFunc(maps.Keys(groups), func(a, b engines.Need) int {
		return cmp.Or(cmp.Compare(a.Minutes, b.Minutes), cmp.Compare(a.MemoryMB, b.MemoryMB))
	})
	var all []script
	for _, need := range order {
		for chunk := range slices.Chunk(groups[need], max(1, min(e.MaxArray, maxChunk))) {
			name := fmt.Sprintf("array-%03d.sh", len(all)+1)
			all = append(all, script{name, e.array(p, need, chunk)})
		}
	}
	return all, nil
}

// maxChunk bounds an array, whose cells are written out in its script: sbatch
// takes scripts of 4 MB at most by default.
const maxChunk = 10_000

// array is the script of one array. The index is an offset into the list of
// cells, since MaxArraySize bounds the index and not the number of tasks.
func (e *Engine) array(p *plans.Plan, need engines.Need, cells []int) string {
	limit := ""
	if e.ArrayLimit > 0 {
		limit = fmt.Sprintf("%%%d", e.ArrayLimit)
	}
	numbers := make([]string, len(cells))
	for i, n := range cells {
		numbers[i] = fmt.Sprint(n)
	}
	var b strings.Builder
	e.header(&b, "bench-"+p.Hash[:min(8, len(p.Hash))], "%A_%a.log", need)
	fmt.Fprintf(&b, "#SBATCH --array=0-%d%s\n", len(cells)-1, limit)
	b.WriteString("#SBATCH --requeue\n")
	// The batch shell gets the signal, two minutes before the time is over.
	b.WriteString("#SBATCH --signal=B:TERM@120\n")
	// Slurm 22.05 does not name the end of the job's time.
	fmt.Fprintf(&b, "\nend=${SLURM_JOB_END_TIME:-$(($(date +%%s) + %d))}\n", 60*need.Minutes)
	fmt.Fprintf(&b, "set -- %s\nshift \"$SLURM_ARRAY_TASK_ID\"\n", strings.Join(numbers, " "))
	b.WriteString(beforeCell)
	fmt.Fprintf(&b, "%s run --plan %s --cell \"$1\" --set threads=\"${SLURM_CPUS_PER_TASK:-%d}\" &\n",
		quote(e.Program), quote(e.PlanFile), max(1, e.CPUs))
	b.WriteString(afterCell)
	return b.String()
}

// beforeCell hands TERM on to the program, whenever it comes: before the program's
// number is known it is kept.
const beforeCell = `pid= told=0
trap 'told=$((told + 1)); [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null' TERM INT
`

// afterCell waits for the program, which saves its state at TERM and ends with
// status 3, and queues the cell again where it was the time limit that ended it.
// A preempted cell is queued again by Slurm, a cancelled one stays cancelled. A signal
// ends the shell's wait: the program's status is that of the wait that none has ended,
// or of the one before where the shell remembers it no more.
const afterCell = `pid=$!
[ "$told" -eq 0 ] || kill -TERM "$pid" 2>/dev/null
status=127 heard=-1
while [ "$heard" -ne "$told" ]; do
  heard=$told
  wait "$pid"; ended=$?
  [ "$ended" -eq 127 ] || status=$ended
done
if [ "$status" -eq 3 ] && [ "$(date +%s)" -ge "$((end - 180))" ]; then
  scontrol requeue "$SLURM_JOB_ID" && exit 0
fi
exit "$status"
`

// collect is the script of the job that makes the tables when all arrays have
// ended, however they did: behind afterok it would never start if a cell failed.
func (e *Engine) collect(p *plans.Plan, ids []string) script {
	var b strings.Builder
	e.header(&b, "bench-"+p.Hash[:min(8, len(p.Hash))]+"-collect", "collect-%j.log", engines.Need{MemoryMB: 2048, Minutes: 60})
	fmt.Fprintf(&b, "#SBATCH --dependency=afterany:%s\n", strings.Join(ids, ":"))
	fmt.Fprintf(&b, "\nbench=%s\nplan=%s\nruns=%s\n", quote(e.Program), quote(e.PlanFile), quote(p.Runs))
	b.WriteString(`"$bench" status "$plan" --exit-code; status=$?
"$bench" leaderboard "$runs" --format markdown > "$runs/leaderboard.md" || status=1
"$bench" report "$runs" -o "$runs/report.html" || status=1
exit "$status"
`)
	return script{"collect.sh", b.String()}
}

// header writes what every script begins with.
func (e *Engine) header(b *strings.Builder, job, log string, need engines.Need) {
	fmt.Fprintf(b, "#!/bin/sh\n#SBATCH --job-name=%s\n", job)
	if e.Partition != "" {
		fmt.Fprintf(b, "#SBATCH --partition=%s\n", e.Partition)
	}
	fmt.Fprintf(b, "#SBATCH --cpus-per-task=%d\n#SBATCH --mem=%dM\n#SBATCH --time=%d\n", max(1, e.CPUs), need.MemoryMB, need.Minutes)
	fmt.Fprintf(b, "#SBATCH --open-mode=append\n#SBATCH --output=\"%s/%s\"\n", strings.ReplaceAll(e.Dir, "%", "%%"), log)
}

// quote makes s one word of a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
