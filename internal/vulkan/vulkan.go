// Package vulkan calls Vulkan's compute functions without cgo: the loader or a
// driver is opened when it is asked for. Structs and constants are generated from
// the C header, and a test holds their layout to a C compiler's. On systems and in
// builds that open no libraries, Open says so.
//
// Objects of a device are not safe for concurrent use.
package vulkan

//go:generate go run ./gen

import (
	"errors"
	"fmt"
	"unsafe"
)

// ErrUnsupported is what Open returns where the program can't open libraries.
var ErrUnsupported = errors.New("this build has no Vulkan: it takes 64-bit Linux, macOS or Windows, " +
	"and a program built without the tag static")

// Result is a VkResult below zero.
type Result int32

func (r Result) Error() string {
	if name, ok := resultNames[r]; ok {
		return name
	}
	return fmt.Sprintf("VkResult %d", int32(r))
}

// The results that a program may want to tell apart.
const (
	OutOfHostMemory   Result = -1
	OutOfDeviceMemory Result = -2
	DeviceLost        Result = -4

	incompatibleDriver Result = -9

	timeout Result = 2 // no error: what was waited for is not there yet
)

// Error is a function of Vulkan that failed.
type Error struct {
	Function string
	Result   Result
}

func (e *Error) Error() string { return e.Function + ": " + e.Result.Error() }

// Unwrap returns the Result.
func (e *Error) Unwrap() error { return e.Result }

// A fn is the address of a C function whose arguments are all integers or
// pointers, as those of the functions here are.
type fn uintptr

// check calls f and makes an error of a result that is none of success.
//
//go:uintptrescapes
func (f fn) check(name string, args ...uintptr) error {
	if r := f.result(args...); r < 0 {
		return &Error{name, r}
	}
	return nil
}

// result calls f and returns its result, which is 32 bits of a register's 64.
//
//go:uintptrescapes
func (f fn) result(args ...uintptr) Result { return Result(int32(uint32(call(uintptr(f), args...)))) }

// void calls f, whose result is none or is taken as it is.
//
//go:uintptrescapes
func (f fn) void(args ...uintptr) uintptr { return call(uintptr(f), args...) }

// cstring returns s with a zero behind it.
func cstring(s string) *byte { return &append([]byte(s), 0)[0] }

// cstrings returns the array of pointers that C wants, nil of nothing.
func cstrings(all []string) **byte {
	if len(all) == 0 {
		return nil
	}
	p := make([]*byte, len(all))
	for i, s := range all {
		p[i] = cstring(s)
	}
	return &p[0]
}

// text returns the bytes before the first zero.
func text(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// textAt is text of a C string whose length is not known.
func textAt(p *byte) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}

// Version is a version as Vulkan packs it.
type Version uint32

// MakeVersion packs one.
func MakeVersion(major, minor uint32) Version { return Version(major<<22 | minor<<12) }

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v>>22&0x7f, v>>12&0x3ff, v&0xfff) }
