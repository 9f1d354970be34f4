// Package memory is a store that lives in memory, for the simulation and for
// tests. It is ordered and deterministic: the same batches give the same rows,
// scans and shape, whatever the order of the keys within them.
package memory

import (
	"bytes"
	"errors"
	"iter"
	"sync"
	"sync/atomic"

	"tregua/policy/store"
)

// ErrClosed is returned by a store that was closed or has crashed.
var ErrClosed = errors.New("the memory store is closed")

var _ store.Store = (*Store)(nil)

// Store keeps rows in a persistent treap: a commit builds a new root and swaps
// it, so a scan sees the rows as they were when it began. It is safe for
// concurrent use. The zero value is not usable, see [New].
type Store struct {
	root   atomic.Pointer[node]
	closed atomic.Bool
	mu     sync.Mutex // held by the one commit in progress
}

// New returns an empty store.
func New() *Store { return &Store{} }

// Get returns the value of key.
func (s *Store) Get(key []byte) ([]byte, bool, error) {
	if s.closed.Load() {
		return nil, false, ErrClosed
	}
	for n := s.root.Load(); n != nil; {
		switch c := bytes.Compare(key, n.row.Key); {
		case c == 0:
			return bytes.Clone(n.row.Value), true, nil
		case c < 0:
			n = n.left
		default:
			n = n.right
		}
	}
	return nil, false, nil
}

// Scan yields the rows with the prefix, in key order, starting at from.
func (s *Store) Scan(prefix, from []byte) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		if s.closed.Load() {
			yield(store.Row{}, ErrClosed)
			return
		}
		start := prefix
		if bytes.Compare(from, prefix) > 0 {
			start = from
		}
		s.root.Load().walk(start, func(r store.Row) bool {
			if !bytes.HasPrefix(r.Key, prefix) {
				return false
			}
			return yield(store.Row{Key: bytes.Clone(r.Key), Value: bytes.Clone(r.Value)}, nil)
		})
	}
}

// Commit applies the batch.
func (s *Store) Commit(b store.Batch) error {
	if s.closed.Load() {
		return ErrClosed
	}
	if err := b.Check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	root := s.root.Load()
	for _, r := range b.Put {
		r = store.Row{Key: bytes.Clone(r.Key), Value: bytes.Clone(r.Value)}
		root = root.without(r.Key).with(&node{row: r, weight: weight(r.Key)})
	}
	for _, k := range b.Delete {
		root = root.without(k)
	}
	s.root.Store(root)
	return nil
}

// Close makes every later call fail.
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}

// Crash closes the store as SIGKILL would, from one commit to the next, and
// returns what a restart finds: everything that was committed.
func (s *Store) Crash() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed.Store(true)
	next := New()
	next.root.Store(s.root.Load())
	return next
}

// Len counts the rows.
func (s *Store) Len() int {
	n := 0
	s.root.Load().walk(nil, func(store.Row) bool { n++; return true })
	return n
}

// node is one row of the treap; it is never changed once it is reachable.
type node struct {
	row         store.Row
	weight      uint64
	left, right *node
}

// weight is the heap order of a key: a hash, so that the shape of the treap
// depends on nothing but the keys in it.
func weight(key []byte) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	h := uint64(offset)
	for _, c := range key {
		h = (h ^ uint64(c)) * prime
	}
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	return h ^ h>>32
}

// walk visits the rows at or after from, in order, until visit says no.
func (n *node) walk(from []byte, visit func(store.Row) bool) bool {
	if n == nil {
		return true
	}
	if bytes.Compare(from, n.row.Key) <= 0 {
		if !n.left.walk(from, visit) || !visit(n.row) {
			return false
		}
	}
	return n.right.walk(from, visit)
}

// with returns the treap with m in it, whose key must not be in n.
func (n *node) with(m *node) *node {
	if n == nil {
		return m
	}
	if m.weight > n.weight {
		m.left, m.right = n.split(m.row.Key)
		return m
	}
	c := *n
	if bytes.Compare(m.row.Key, n.row.Key) < 0 {
		c.left = n.left.with(m)
	} else {
		c.right = n.right.with(m)
	}
	return &c
}

// split returns the rows before key and those after it.
func (n *node) split(key []byte) (before, after *node) {
	if n == nil {
		return nil, nil
	}
	c := *n
	if bytes.Compare(n.row.Key, key) < 0 {
		c.right, after = n.right.split(key)
		return &c, after
	}
	before, c.left = n.left.split(key)
	return before, &c
}

// without returns the treap without key.
func (n *node) without(key []byte) *node {
	if n == nil {
		return nil
	}
	c := *n
	switch d := bytes.Compare(key, n.row.Key); {
	case d == 0:
		return join(n.left, n.right)
	case d < 0:
		if c.left = n.left.without(key); c.left == n.left {
			return n
		}
	default:
		if c.right = n.right.without(key); c.right == n.right {
			return n
		}
	}
	return &c
}

// join returns the treap of two whose keys do not overlap.
func join(before, after *node) *node {
	switch {
	case before == nil:
		return after
	case after == nil:
		return before
	case before.weight > after.weight:
		c := *before
		c.right = join(before.right, after)
		return &c
	default:
		c := *after
		c.left = join(before, after.left)
		return &c
	}
}
