package proxy

import (
	"math/rand/v2"
	"testing"

	"tregua/policy"
)

func TestServerWaiting(t *testing.T) {
	t.Parallel()
	s := NewServer(ServerConfig{
		Config: &Config{}, Shards: 3, Queue: 8,
		Entropy: func() Entropy { return rand.New(rand.NewPCG(1, 2)) },
	})
	if got := s.Waiting(); got != 0 {
		t.Errorf("%d wait before anything came", got)
	}
	for _, shard := range []uint32{0, 2, 2, 2, 1} {
		s.Judged(policy.Return{Shard: shard}, Judged{})
	}
	if got := s.Waiting(); got != 3 {
		t.Errorf("%d wait, want the 3 of one shard", got)
	}
}
