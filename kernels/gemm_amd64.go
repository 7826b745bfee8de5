//go:build amd64 && !purego

package kernels

//go:noescape
func kern12x32(k int, a, b, c *float32, ldc int, acc bool)

//go:noescape
func kern6x16(k int, a, b, c *float32, ldc int, acc bool)
