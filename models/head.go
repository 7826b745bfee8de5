package models

import (
	"fmt"
	"strings"
)

// HeadOf returns the head that a checkpoint's config says it has, by the class
// that transformers saved it from.
func HeadOf(c *Config) (Head, error) {
	if len(c.Architectures) == 0 {
		return Head{}, &Error{"architectures", "none: want the class that was saved"}
	}
	class := c.Architectures[0]
	h := Head{Labels: len(c.Labels)}
	if h.Labels == 0 {
		h.Labels = 2 // transformers' default
	}
	for _, k := range c.arch().Heads {
		if strings.HasSuffix(class, k.Suffix) && (k.Suffix != "" || class == c.arch().Class) {
			h.Kind = k.Kind
			return h, nil
		}
	}
	return h, &Error{"architectures", fmt.Sprintf("%q has no head that runs", class)}
}
