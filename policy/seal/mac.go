package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// macs makes indexes under one key, which is prepared once and not for each. It is
// safe for concurrent use.
type macs struct{ pool sync.Pool }

// mac is HMAC-SHA256 with room for what goes in and what comes out.
type mac struct {
	hash.Hash
	text, sum []byte
}

func newMACs(key []byte) *macs {
	m := &macs{}
	m.pool.New = func() any { return &mac{Hash: hmac.New(sha256.New, key)} }
	return m
}

// index returns the first bytes of the HMAC of what text appends.
func (m *macs) index(text func([]byte) []byte) (h Index) {
	one := m.pool.Get().(*mac)
	defer m.pool.Put(one)
	one.Reset()
	one.text = text(one.text[:0])
	one.Write(one.text)
	one.sum = one.Sum(one.sum[:0])
	copy(h[:], one.sum)
	return h
}
