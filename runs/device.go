package runs

import (
	"fmt"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/devices"
)

// settle puts the device that a recipe's setting means on this machine in its
// place, and checks that it can do what the recipe asks for. note says why auto
// means the processor, if it does.
func settle(r *configs.Recipe) (note string, err error) {
	if r.Device == configs.CPU {
		return "", nil
	}
	name, note, err := devices.Resolve(string(r.Device))
	if err != nil {
		return "", err
	}
	if r.Device = configs.Device(name); r.Device != configs.CPU && r.Precision == configs.Bfloat16 {
		return "", fmt.Errorf("precision bfloat16 on device %s: devices compute in float32 alone: want precision=float32, "+
			"or device=cpu", name)
	}
	return note, nil
}
