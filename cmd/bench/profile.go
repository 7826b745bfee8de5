package main

import (
	"os"
	"runtime/pprof"
)

// profileFile is where --cpuprofile writes; profile is open while it does.
var (
	profileFile string
	profile     *os.File
)

func startProfile() (err error) {
	if profileFile == "" {
		return nil
	}
	if profile, err = os.Create(profileFile); err != nil {
		return err
	}
	return pprof.StartCPUProfile(profile)
}

func stopProfile() {
	if profile == nil {
		return
	}
	pprof.StopCPUProfile()
	profile.Close()
	profile, profileFile = nil, ""
}
