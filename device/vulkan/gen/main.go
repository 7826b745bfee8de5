// The generator compiles shaders/*.comp to SPIR-V, which is committed. It takes the
// versions of the compiler whose output that is: Debian 12's and, for shaders with
// cooperative matrices, which that does not know, Debian 13's, by the command that the
// environment's BENCH_GLSLANG names. What it has no compiler for it leaves as it is.
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

// compiler is a command that compiles, and what its --version begins with.
type compiler struct {
	command []string
	version string
}

// compilers are Debian 12's, and Debian 13's for cooperative matrices.
func compilers() (old, newer compiler) {
	old = compiler{[]string{"glslangValidator"}, "Glslang Version: 11:12.0.0\n"}
	newer = compiler{strings.Fields(os.Getenv("BENCH_GLSLANG")), "Glslang Version: 11:15.2.0\n"}
	if len(newer.command) == 0 {
		newer.command = old.command
	}
	return old, newer
}

// run runs the compiler with arguments.
func (c compiler) run(arguments ...string) ([]byte, error) {
	return exec.Command(c.command[0], append(c.command[1:], arguments...)...).CombinedOutput()
}

// fits tells whether the compiler is there, and of its version.
func (c compiler) fits() bool {
	out, err := c.run("--version")
	return err == nil && bytes.HasPrefix(out, []byte(c.version))
}

func main() {
	log.SetFlags(0)
	into := flag.String("into", "shaders", "folder to write to")
	flag.Parse()
	sources, err := filepath.Glob("shaders/*.comp")
	if err != nil {
		log.Fatal(err)
	}
	old, newer := compilers()
	var plain, matrices []string
	for _, s := range sources {
		text, err := os.ReadFile(s)
		if err != nil {
			log.Fatal(err)
		}
		if bytes.Contains(text, []byte("GL_KHR_cooperative_matrix")) {
			matrices = append(matrices, s)
		} else {
			plain = append(plain, s)
		}
	}
	old.compile(plain, *into, "glslangValidator")
	newer.compile(matrices, *into, "BENCH_GLSLANG to be the command of one")
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

// compile compiles sources, or says what that takes.
func (c compiler) compile(sources []string, into, takes string) {
	if !c.fits() {
		log.Printf("%s left as it is: compiling takes %s, of version %s", strings.Join(sources, ", "), takes,
			strings.TrimSpace(c.version))
		return
	}
	for _, s := range sources {
		to := filepath.Join(into, strings.TrimSuffix(filepath.Base(s), ".comp")+".spv")
		if out, err := c.run("--quiet", "-V", "--target-env", "vulkan1.2", "-o", to, s); err != nil {
			log.Fatalf("%s: %v\n%s", s, err, out)
		}
	}
}
