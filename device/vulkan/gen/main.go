// The generator compiles shaders/*.comp to SPIR-V, which is committed. It takes the
// one version of the compiler whose output that is, Debian 12's, and otherwise
// leaves everything as it is.
package main

import (
	"bytes"
	"flag"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// version is what glslangValidator --version begins with.
const version = "Glslang Version: 11:12.0.0\n"

func main() {
	log.SetFlags(0)
	into := flag.String("into", "shaders", "folder to write to")
	flag.Parse()
	if out, err := exec.Command("glslangValidator", "--version").Output(); err != nil || !bytes.HasPrefix(out, []byte(version)) {
		log.Printf("shaders are left as they are: compiling them takes glslangValidator of version %s", strings.TrimSpace(version))
		return
	}
	sources, err := filepath.Glob("shaders/*.comp")
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range sources {
		to := filepath.Join(*into, strings.TrimSuffix(filepath.Base(s), ".comp")+".spv")
		out, err := exec.Command("glslangValidator", "--quiet", "-V", "--target-env", "vulkan1.2", "-o", to, s).CombinedOutput()
		if err != nil {
			log.Fatalf("%s: %v\n%s", s, err, out)
		}
	}
	compiled, err := filepath.Glob(filepath.Join(*into, "*.spv"))
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range compiled {
		if _, err := os.Stat(filepath.Join("shaders", strings.TrimSuffix(filepath.Base(c), ".spv")+".comp")); err != nil {
			if err := os.Remove(c); err != nil {
				log.Fatal(err)
			}
		}
	}
}
