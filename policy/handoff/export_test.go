package handoff

import "time"

// Sign is what signs a message, for the example of the specification.
var Sign = sign

// Delay is how long a sink waits after its n-th failure in a row, when the receiver
// asks it to wait so long (0: it does not).
func Delay(n int, after time.Duration, chance float64) time.Duration {
	var err error
	if after > 0 {
		err = &notTaken{status: 503, after: after}
	}
	return delay(n, err, chance)
}
