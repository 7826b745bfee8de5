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
	"time"
)

// traceMain is `faults trace MODE K ERRNO MARK LOG PROGRAM ARGS...`: it runs the
// program under ptrace and counts, over all threads, the system calls that
// change files whose path holds MARK. With mode kill the program is killed
// before the K-th; half lets a K-th write write half, and kills it then; once
// and from fail the K-th, or it and all later ones, with ERRNO; nolock fails
// every flock; count only counts. LOG gets the calls that were hit, or all. It
// exits as the program does. With mode operations every call that takes a path or
// reads a folder is counted too, and each answers only after K milliseconds, as on
// a folder that another machine keeps; calls of several threads wait side by side.
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
	held    []heldThread // in the order in which they may go on
}

// heldThread waits in front of a call.
type heldThread struct {
	tid   int
	until time.Time
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
		for len(t.held) > 0 && !time.Now().Before(t.held[0].until) {
			syscall.PtraceSyscall(t.held[0].tid, 0)
			t.held = t.held[1:]
		}
		how := syscall.WALL
		if len(t.held) > 0 {
			how |= syscall.WNOHANG
		}
		tid, err := syscall.Wait4(-1, &ws, how, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err == nil && tid == 0 {
			time.Sleep(50 * time.Microsecond)
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
			n := t.n
			signal := t.stopped(tid, ws)
			if t.mode == "operations" && t.n > n && t.k > 0 {
				t.held = append(t.held, heldThread{tid, time.Now().Add(time.Duration(t.k) * time.Millisecond)})
				continue
			}
			syscall.PtraceSyscall(tid, signal)
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
	if name == "" && t.mode == "operations" {
		name, path = t.look(tid, r)
	}
	if name == "" || !strings.Contains(path, t.mark) {
		return
	}
	t.n++
	if t.mode == "operations" {
		fmt.Fprintln(t.log, name, path)
		return
	}
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

// fd returns the path of an open file, at that of a name in a folder.
func (t *tracer) fd(tid int, n uint64) string {
	p, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, int32(n)))
	return p
}

func (t *tracer) at(tid int, dir, name uint64) string {
	p := t.text(tid, name)
	if strings.HasPrefix(p, "/") || int32(dir) == -100 {
		return p
	}
	return t.fd(tid, dir) + "/" + p
}

// look returns the name and file of a call that asks a file system and changes
// nothing, or nothing.
func (t *tracer) look(tid int, r *syscall.PtraceRegs) (name, path string) {
	const sysStatx = 332
	switch r.Orig_rax {
	case syscall.SYS_OPENAT:
		return "open", t.at(tid, r.Rdi, r.Rsi)
	case syscall.SYS_NEWFSTATAT, sysStatx:
		return "stat", t.at(tid, r.Rdi, r.Rsi)
	case syscall.SYS_READLINKAT:
		return "readlink", t.at(tid, r.Rdi, r.Rsi)
	case syscall.SYS_GETDENTS64:
		return "readdir", t.fd(tid, r.Rdi)
	}
	return "", ""
}

// call returns the name and file of a call that changes files, or nothing.
func (t *tracer) call(tid int, r *syscall.PtraceRegs) (name, path string) {
	fd := func(n uint64) string { return t.fd(tid, n) }
	at := func(dir, name uint64) string { return t.at(tid, dir, name) }
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
