package serving_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/remote"
	"github.com/lmkor/bench/serving"
	"github.com/lmkor/bench/tasks"
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

// A checkpoint that was trained in float16 answers in float32 where there is no float16, and
// the log says so; in float16 where there is.
func TestTrainedInFloat16(t *testing.T) {
	dirs := directories(t)
	asked := object{"model": "reviews", "texts": reviews}
	_, want := postJSON(t, server(t, dirs, func(*serving.Options) {}), "/v1/predict", asked)
	task, err := tasks.Find("nsmc")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(checkpoints.Origin{Schema: checkpoints.OriginSchema, Task: task.Definition(),
		Recipe: json.RawMessage(`{"precision":"float16"}`)})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dirs["reviews"], checkpoints.OriginFile), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		computes func(device.Precision) error
		far      bool
		told     string
	}{
		{"the processor", nil, false, "float16 is for GPUs"},
		{"a device without", nil, true, "no float16 on this device"},
		{"a device that is slow", func(in device.Precision) error { return fmt.Errorf("%v is no faster", in) }, true, "float16 is no faster"},
		{"a device", func(device.Precision) error { return nil }, true, ""},
	} {
		var log bytes.Buffer
		half := &counting{Backend: remote.New()}
		s := server(t, dirs, func(o *serving.Options) {
			o.Log = slog.New(slog.NewTextHandler(&log, nil))
			if c.far {
				o.Device = serving.NewDevice(half)
				o.Device.Computes = c.computes
			}
		})
		if status, got := postJSON(t, s, "/v1/predict", asked); status != http.StatusOK || got != want {
			t.Errorf("%s: status %d: %s, want %s", c.name, status, got, want)
		}
		if said := strings.Contains(log.String(), "trained in float16, answers in float32"); said != (c.told != "") ||
			!strings.Contains(log.String(), c.told) {
			t.Errorf("%s: the log has %s, want %q", c.name, log.String(), c.told)
		}
		if used := half.halves.Load() > 0; used != (c.far && c.told == "") {
			t.Errorf("%s: products in float16: %t", c.name, used)
		}
	}
}

// counting counts the calls in float16, and computes them in float32.
type counting struct {
	device.Backend
	halves atomic.Int64
}

func (b *counting) Run(calls ...device.Call) {
	for _, c := range calls {
		if o, ok := c.(*device.Products); ok && o.Precision == device.Float16 {
			b.halves.Add(1)
			c = &device.Products{List: o.List}
		}
		b.Backend.Run(c)
	}
}
