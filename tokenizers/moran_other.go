//go:build !linux && !darwin

package tokenizers

// openMoran can't open the library where it does not run.
func openMoran(path string) (analyser, string, error) {
	return nil, "", &Error{File: path, Err: errMoranSystem}
}
