package store

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lmkor/bench/internal/regular"
)

// owner is who writes into a folder where there are no locks.
type owner struct {
	host    string
	pid     int
	process string // which one of that number; "" of an older program's
}

// thisProcess tells this process from others of its number: the first one of a
// container that is started again has the number that the one before had.
var thisProcess = strconv.FormatUint(rand.Uint64(), 36)

const ownerName = "owner"

// Where there are no locks, a process renews its signature as long as it works. One
// whose signature is older than signLasts has ended, wherever it ran: clocks may
// differ, and a shared folder may tell of a change only after a minute.
const (
	signEvery = 15 * time.Second
	signLasts = 3 * time.Minute
)

func thisOwner() owner {
	return owner{machine(), os.Getpid(), thisProcess}
}

// machine is what this machine is called, in one word.
func machine() string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		return "-"
	}
	return strings.Join(strings.Fields(host), "-")
}

func (o owner) String() string { return fmt.Sprintf("%s %d %s\n", o.host, o.pid, o.process) }

// anyWord is what tells claims apart in a folder's name: numbers of processes are the
// same on two machines, and a name that was given up is never another's.
func anyWord() string { return strconv.FormatUint(rand.Uint64(), 10) }

// ownerOf returns who writes into a folder without a lock, false if nobody does.
func ownerOf(partial string) (owner, bool) {
	b, err := regular.ReadFile(filepath.Join(partial, stateFolder, ownerName), regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return owner{}, false
	}
	words := append(strings.Fields(string(b)), "", "", "")
	n, _ := strconv.Atoi(words[1])
	return owner{words[0], n, words[2]}, true
}

// gone reports whether the owner is known to have ended: it signed off, with no
// process, was killed on this machine, or signed too long ago.
func (o owner) gone(signed time.Time) bool {
	if o.pid == 0 || time.Since(signed) > signLasts {
		return true
	}
	if o.host != machine() {
		return false
	}
	if o.pid == os.Getpid() {
		return o.process != thisProcess
	}
	return !processRuns(o.pid)
}
