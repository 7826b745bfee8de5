package serving

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/generation"
	"github.com/lmkor/bench/predictors"
)

// requestError is a request that can't be answered as it is: status 400.
type requestError struct{ detail string }

func (e *requestError) Error() string { return e.detail }

// roomError is a text that does not fit the model with all that is to be written.
type roomError struct {
	field        string // of the request, that asks too much
	tokens, room int
}

func (e *roomError) Error() string {
	return fmt.Sprintf("%s: %d tokens in all: the model has room for %d", e.field, e.tokens, e.room)
}

// unreadable makes an error about a text one of the request.
func unreadable(err error) error {
	var in *predictors.InputError
	if errors.As(err, &in) {
		return &requestError{in.Error()}
	}
	return err
}

// problemOf returns the status and the words of an error. Only errors that speak of
// the request are told; of others the log has more.
func problemOf(err error) (status int, detail string) {
	var bad *requestError
	var option *generation.Error
	var mask *checkpoints.MaskError
	var in *models.InputError
	var room *roomError
	switch {
	case errors.As(err, &bad), errors.As(err, &in), errors.As(err, &room):
		return http.StatusBadRequest, err.Error()
	case errors.As(err, &option):
		return http.StatusBadRequest, asAsked.Replace(strings.ReplaceAll(option.Option, "-", "_") + ": " + option.Msg)
	case errors.As(err, &mask):
		return http.StatusBadRequest, "the text has no " + mask.Mask
	case failed(err):
		return http.StatusServiceUnavailable, "the device that computes has failed, and the server ends: see its log"
	case errors.Is(err, errBusy):
		return http.StatusTooManyRequests, err.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, "the request took too long"
	case errors.Is(err, context.Canceled):
		return statusClosed, "the request was cancelled"
	}
	return http.StatusInternalServerError, "the model could not answer: see the server's log"
}

// asAsked names settings as a request does, not as the command line.
var asAsked = strings.NewReplacer("max-length", "max_length", "1 with sampling", "1, or do_sample false",
	"num-beams 1, or sample=false", "1, or do_sample false")

// statusClosed is what the log calls requests whose client went away.
const statusClosed = 499

// problem returns an error as huma writes it.
func (s *Server) problem(err error) error {
	status, detail := problemOf(err)
	if status == http.StatusInternalServerError {
		s.logFault(err)
	}
	p := huma.NewError(status, detail)
	if status == http.StatusTooManyRequests {
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {"1"}})
	}
	return p
}

func (s *Server) logFault(err error) {
	var p *panicError
	if errors.As(err, &p) {
		s.log.Error("panic", "error", err.Error(), "stack", string(p.stack))
		return
	}
	s.log.Error("fault", "error", err.Error())
}

// writeProblem answers with problem+json where huma does not.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	// The client may have gone: nobody is left to be told.
	_ = json.NewEncoder(w).Encode(&huma.ErrorModel{Title: titleOf(status), Status: status, Detail: detail})
}

func titleOf(status int) string {
	if t := http.StatusText(status); t != "" {
		return t
	}
	return "Client Closed Request"
}

// quoted joins words as a sentence does.
func quoted(words []string) string {
	if len(words) == 0 {
		return "none is loaded"
	}
	return "want one of " + strings.Join(words, ", ")
}
