package txn

import (
	"testing"
	"time"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		config Config
		good   bool
	}{
		{"zero", Config{}, true},
		{"own", Config{T1: time.Second, T2: time.Second, T4: time.Second, Max: 1}, true},
		{"negative time", Config{T4: -1}, false},
		{"negative cap", Config{Max: -1}, false},
		{"t2 below t1", Config{T1: 5 * time.Second}, false},
	} {
		if err := c.config.Validate(); (err == nil) != c.good {
			t.Errorf("%s: %v, want good %v", c.name, err, c.good)
		}
	}
}
