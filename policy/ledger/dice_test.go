package ledger_test

import (
	"math/rand/v2"
	"sync"
)

// dice is a seeded source for several goroutines.
type dice struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (d *dice) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.source.Read(p)
}
