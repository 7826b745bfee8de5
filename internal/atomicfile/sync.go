package atomicfile

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

// canNotSync reports whether err only says that this system, or this file
// system, does not sync directories.
func canNotSync(err error) bool {
	return runtime.GOOS == "windows" || errors.Is(err, syscall.EINVAL) || errors.Is(err, os.ErrPermission)
}
