package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// traceMain is `faults trace MODE K ERRNO MARK LOG PROGRAM ARGS...`: it runs the
// program under ptrace and counts, over all threads, the system calls that
// change files whose path holds MARK. With mode kill the program is killed
// before the K-th; half lets a K-th write write half, and kills it then; once
// and from fail the K-th, or it and all later ones, with ERRNO; nolock fails
// every flock; count only counts. LOG gets the calls that were hit, or all. It
// exits as the program does.
func traceMain(args []string) error {
	if len(args) < 6 {
		return errors.New("trace: too few arguments")
	}
	k, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	errnos := map[string]syscall.Errno{"ENOSPC": syscall.ENOSPC, "EIO": syscall.EIO, "EDQUOT": syscall.EDQUOT,
		"EROFS": syscall.EROFS, "ENOLCK": syscall.ENOLCK}
	errno, ok := errnos[args[2]]
	if !ok {
		return fmt.Errorf("%s: unknown errno", args[2])
	}
	log, err := os.Create(args[4])
	if err != nil {
		return err
	}
	t := &tracer{mode: args[0], k: k, errno: errno, mark: args[3], log: log, threads: map[int]*thread{}}
	status, err := t.run(args[5:])
	if err != nil {
		return err
	}
	log.Close()
	os.Exit(status)
	return nil
}

type tracer struct {
	mode    string
	k       int
	errno   syscall.Errno
	mark    string
	log     *os.File
	pid     int
	n       int
	threads map[int]*thread
}

// thread is what a thread is in the middle of.
type thread struct {
	inside, fail, half bool
}

func (t *tracer) run(args []string) (int, error) {
	runtime.LockOSThread() // only the thread that traces may ask
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	t.pid = cmd.Process.Pid
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &ws, 0, nil); err != nil {
		return 0, err
	}
	const exitKill = 0x100000
	if err := syscall.PtraceSetOptions(t.pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|syscall.PTRACE_O_TRACEFORK|
		syscall.PTRACE_O_TRACEVFORK|syscall.PTRACE_O_TRACEEXEC|exitKill); err != nil {
		return 0, err
	}
	if err := syscall.PtraceSyscall(t.pid, 0); err != nil {
		return 0, err
	}
	status := -1
	for {
		tid, err := syscall.Wait4(-1, &ws, syscall.WALL, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return status, nil // no one is left
		}
		switch {
		case ws.Exited() && tid == t.pid:
			status = ws.ExitStatus()
		case ws.Signaled() && tid == t.pid:
			status = 128 + int(ws.Signal())
		case ws.Stopped():
			syscall.PtraceSyscall(tid, t.stopped(tid, ws))
		}
	}
}

// stopped looks at a thread that stopped, and returns the signal to go on with.
func (t *tracer) stopped(tid int, ws syscall.WaitStatus) int {
	s := t.threads[tid]
	fresh := s == nil
	if fresh {
		s = &thread{}
		t.threads[tid] = s
	}
	switch sig := ws.StopSignal(); {
	case sig == syscall.SIGTRAP|0x80:
		var r syscall.PtraceRegs
		if syscall.PtraceGetRegs(tid, &r) != nil {
			return 0
		}
		if s.inside = !s.inside; s.inside {
			t.enter(tid, s, &r)
		} else {
			t.leave(tid, s, &r)
		}
		return 0
	case sig == syscall.SIGTRAP, sig == syscall.SIGSTOP && fresh:
		return 0 // of the tracer's own making
	default:
		return int(sig)
	}
}

func (t *tracer) enter(tid int, s *thread, r *syscall.PtraceRegs) {
	name, path := t.call(tid, r)
	if name == "" || !strings.Contains(path, t.mark) {
		return
	}
	t.n++
	hit := t.n == t.k || t.n > t.k && t.mode == "from"
	if t.mode == "nolock" {
		hit = name == "flock"
	}
	if hit || t.mode == "count" {
		fmt.Fprintln(t.log, name, path)
	}
	if !hit || t.mode == "count" {
		return
	}
	switch {
	case t.mode == "kill", t.mode == "half" && name != "write":
		syscall.Kill(t.pid, syscall.SIGKILL)
	case t.mode == "half":
		r.Rdx /= 2
		syscall.PtraceSetRegs(tid, r)
		s.half = true
	default:
		r.Orig_rax = ^uint64(0)
		syscall.PtraceSetRegs(tid, r)
		s.fail = true
	}
}

func (t *tracer) leave(tid int, s *thread, r *syscall.PtraceRegs) {
	if s.fail {
		s.fail = false
		r.Rax = uint64(-int64(t.errno))
		syscall.PtraceSetRegs(tid, r)
	}
	if s.half {
		s.half = false
		syscall.Kill(t.pid, syscall.SIGKILL)
	}
}

// call returns the name and file of a call that changes files, or nothing.
func (t *tracer) call(tid int, r *syscall.PtraceRegs) (name, path string) {
	fd := func(n uint64) string { p, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, int32(n))); return p }
	at := func(dir, name uint64) string {
		p := t.text(tid, name)
		if strings.HasPrefix(p, "/") || int32(dir) == -100 {
			return p
		}
		return fd(dir) + "/" + p
	}
	const sysRenameat2, sysCopyFileRange = 316, 326
	switch r.Orig_rax {
	case syscall.SYS_OPENAT:
		if r.Rdx&(syscall.O_CREAT|syscall.O_TRUNC) != 0 {
			return "open", at(r.Rdi, r.Rsi)
		}
	case syscall.SYS_WRITE:
		return "write", fd(r.Rdi)
	case syscall.SYS_PWRITE64:
		return "pwrite", fd(r.Rdi)
	case sysCopyFileRange:
		return "copy_file_range", fd(r.Rdx)
	case syscall.SYS_FSYNC:
		return "fsync", fd(r.Rdi)
	case syscall.SYS_FTRUNCATE:
		return "ftruncate", fd(r.Rdi)
	case syscall.SYS_TRUNCATE:
		return "truncate", t.text(tid, r.Rdi)
	case syscall.SYS_FCHMOD:
		return "fchmod", fd(r.Rdi)
	case syscall.SYS_MKDIRAT:
		return "mkdir", at(r.Rdi, r.Rsi)
	case syscall.SYS_RENAMEAT, sysRenameat2:
		return "rename", at(r.Rdi, r.Rsi)
	case syscall.SYS_UNLINKAT:
		return "unlink", at(r.Rdi, r.Rsi)
	case syscall.SYS_FLOCK:
		return "flock", fd(r.Rdi)
	}
	return "", ""
}

// text reads a string of the program's memory.
func (t *tracer) text(tid int, addr uint64) string {
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", tid))
	if err != nil {
		return ""
	}
	defer f.Close()
	b := make([]byte, 1024)
	n, _ := f.ReadAt(b, int64(addr))
	s, _, _ := bytes.Cut(b[:n], []byte{0})
	return string(s)
}
