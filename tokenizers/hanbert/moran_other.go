//go:build (!linux && !darwin) || static

package hanbert

// Open can't open the library where it does not run.
func Open(path string) (Analyser, string, error) {
	return nil, "", errMoranSystem
}
