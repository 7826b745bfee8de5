package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"bench": func() { os.Exit(process()) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: oneThread, UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != ""})
}

// oneThread lets the programs of a script use one thread unless they are told
// otherwise: the scripts run side by side, on models for which one is enough.
func oneThread(env *testscript.Env) error {
	env.Setenv("GOMAXPROCS", "1")
	return nil
}
