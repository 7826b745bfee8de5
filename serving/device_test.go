package serving_test

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/remote"
	"github.com/lmkor/bench/serving"
)

// lone is a device that one goroutine may use at a time, and that can be lost.
type lone struct {
	*remote.Backend
	t    testing.TB
	busy atomic.Bool
	lost atomic.Bool
}

func (l *lone) Run(calls ...device.Call) {
	if l.lost.Load() {
		panic(&device.Failure{Device: "test:0", Err: errors.New("lost"), Advice: "start again"})
	}
	if !l.busy.CompareAndSwap(false, true) {
		l.t.Error("two goroutines use the device at once")
	}
	defer l.busy.Store(false)
	l.Backend.Run(calls...)
}

// questions ask every kind of model, with what depends on nothing but the question.
var questions = []struct {
	path string
	body object
}{
	{"/v1/predict", object{"model": "reviews", "texts": reviews}},
	{"/v1/predict", object{"model": "names", "texts": reviews[:2]}},
	{"/v1/fill-mask", object{"model": "albert", "text": "이 [MASK] 정말 재미있다"}},
	{"/v1/embed", object{"model": "reviews", "texts": reviews[:2]}},
	{"/v1/generate", object{"model": "gpt", "text": "이 영화", "max_length": 20}},
	{"/v1/summarize", object{"model": "short", "text": "이 영화 정말 재미있다", "max_length": 8}},
}

// Several models on one device answer what they answer on the processor, one at a time.
func TestModelsShareADevice(t *testing.T) {
	dirs := directories(t)
	onCPU := server(t, dirs, nil)
	s := server(t, dirs, func(o *serving.Options) { o.Device = serving.NewDevice(&lone{Backend: remote.New(), t: t}) })
	var wait sync.WaitGroup
	defer wait.Wait()
	for _, q := range questions {
		status, want := postJSON(t, onCPU, q.path, q.body)
		if status != http.StatusOK {
			t.Fatalf("%s: status %d: %s", q.path, status, want)
		}
		for range 4 {
			wait.Go(func() {
				if status, got := postJSON(t, s, q.path, q.body); status != http.StatusOK || got != want {
					t.Errorf("%s: status %d: %s, want %s", q.path, status, got, want)
				}
			})
		}
	}
}

// A lost device is a 503 to everybody who asks, whatever for, and the server ends with
// its failure.
func TestALostDeviceEndsTheServer(t *testing.T) {
	on := &lone{Backend: remote.New(), t: t}
	s := server(t, directories(t), func(o *serving.Options) { o.Device = serving.NewDevice(on) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	for _, q := range questions {
		if status, body := postJSON(t, s, q.path, q.body); status != http.StatusOK {
			t.Fatalf("%s: status %d: %s", q.path, status, body)
		}
	}
	on.lost.Store(true)
	for _, q := range questions {
		status, body := postJSON(t, s, q.path, q.body)
		if status != http.StatusServiceUnavailable || !strings.Contains(body, "the device that computes has failed") ||
			strings.Contains(body, "test:0") {
			t.Errorf("%s: status %d: %s", q.path, status, body)
		}
	}
	go func() { ended <- s.Run(t.Context(), l) }()
	select {
	case err := <-ended:
		var f *device.Failure
		if !errors.As(err, &f) || f.Advice != "start again" {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("it goes on")
	}
	if status, _, _ := post(t, s, "/readyz", "", ""); status == http.StatusOK {
		t.Error("it is ready")
	}
}

// A device that is lost while models are put on it is an error, and no panic.
func TestADeviceThatFailsAtTheStart(t *testing.T) {
	m, err := serving.Open("reviews", directories(t)["reviews"])
	if err != nil {
		t.Fatal(err)
	}
	_, err = serving.New(serving.Options{Models: []*serving.Model{m}, Limits: serving.DefaultLimits(),
		Device: serving.NewDevice(&full{remote.New()})})
	var f *device.Failure
	if !errors.As(err, &f) {
		t.Errorf("%v", err)
	}
}

// full is a device without memory.
type full struct{ *remote.Backend }

func (*full) New(int) device.Buffer {
	panic(&device.Failure{Device: "test:0", Err: errors.New("no memory")})
}
