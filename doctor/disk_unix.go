//go:build linux || darwin

package doctor

import "golang.org/x/sys/unix"

// freeDisk is how many bytes a user may still write below dir.
func freeDisk(dir string) (uint64, bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
