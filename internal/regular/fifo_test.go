//go:build unix

package regular

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestOpenDoesNotWaitForAWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("this system makes no pipe: ", err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "a pipe: want a file") {
		t.Error(err)
	}
}
