package main

import (
	"errors"
	"os"
	"runtime/pprof"
)

// profile is the CPU profile that --cpuprofile asks for.
type profile struct {
	path string // none: ""
	file *os.File
}

func (p *profile) start() (err error) {
	if p.path == "" {
		return nil
	}
	if p.file, err = os.Create(p.path); err != nil {
		return err
	}
	return pprof.StartCPUProfile(p.file)
}

// stop writes the profile that start began, if it did.
func (p *profile) stop() error {
	if p.file == nil {
		return nil
	}
	pprof.StopCPUProfile()
	return errors.Join(p.file.Sync(), p.file.Close())
}
