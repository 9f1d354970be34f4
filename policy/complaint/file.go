package complaint

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Space is the first byte of the keys of complaints in the state store:
// 39 number of the complaint, big-endian.
const Space = 0x39

// Purpose binds the sealed text of a complaint, see [seal.Keys.SealNote].
const Purpose = "complaint"

// ErrUnknown is returned for a complaint that there is not.
var ErrUnknown = errors.New("there is no such complaint")

// File is the complaints of a node, sealed in its store. Its methods may be called
// from any goroutine.
type File struct {
	store store.Store
	keys  *seal.Keys
	now   func() time.Time

	mu   sync.Mutex // one change at a time
	all  []Complaint
	last uint64 // number of the newest, which may be purged
}

// OpenFile reads the complaints of a store.
func OpenFile(s store.Store, keys *seal.Keys, now func() time.Time) (*File, error) {
	f := &File{store: s, keys: keys, now: now}
	for found, err := range s.Scan([]byte{Space}, nil) {
		if err != nil {
			return nil, fmt.Errorf("complaints: %w", err)
		}
		if len(found.Key) != len(key(0)) {
			return nil, fmt.Errorf("complaints: row %x is none of this program", found.Key)
		}
		f.last = binary.BigEndian.Uint64(found.Key[1:])
		c, purged, err := read(keys, found.Value)
		if err != nil {
			return nil, fmt.Errorf("complaint %x: %w", found.Key[1:], err)
		}
		if !purged {
			f.all = append(f.all, c)
		}
	}
	return f, nil
}

// row is what the store has of a complaint.
type row struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Sealed  []byte // the complaint in JSON; empty: it is purged, and its number is not given again
}

// rowVersion is that of the rows written here.
const rowVersion = 1

func read(keys *seal.Keys, value []byte) (c Complaint, purged bool, err error) {
	var r row
	if err := cbor.Unmarshal(value, &r); err != nil {
		return c, false, err
	}
	if r.Version != rowVersion {
		return c, false, fmt.Errorf("it has version %d, this program reads %d", r.Version, rowVersion)
	}
	if len(r.Sealed) == 0 {
		return c, true, nil
	}
	text, err := keys.OpenNote(r.Sealed, Purpose)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	return c, false, err
}

func key(n uint64) []byte { return binary.BigEndian.AppendUint64([]byte{Space}, n) }

func numberOf(id string) (uint64, error) {
	return strconv.ParseUint(strings.TrimPrefix(id, "C"), 10, 64)
}

// Open enters a complaint and returns it with its ID. Before it is written, hold
// holds calls to the number back and returns for which principals: a crash between
// the two leaves a hold too many, not one too few.
func (f *File) Open(c Complaint, hold func(id string) ([]string, error)) (_ Complaint, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := c.check(f.now()); err != nil {
		return c, err
	}
	c.ID, c.OpenedAt = "C"+strconv.FormatUint(f.last+1, 10), f.now().UTC()
	if c.Held, err = hold(c.ID); err != nil {
		return c, err
	}
	if err := f.write(&c); err != nil {
		return c, err
	}
	f.all = append(f.all, c)
	f.last++
	return c, nil
}

// Close notes how a complaint ended, and then releases what it held; release is given
// all complaints, of which an open one may still need a hold.
func (f *File) Close(id, by, outcome, answer string, release func(c Complaint, all []Complaint) error) (Complaint, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, err := f.find(id)
	if err != nil {
		return Complaint{}, err
	}
	c, err := f.all[i].close(f.now().UTC(), by, outcome, answer)
	if err != nil {
		return c, err
	}
	if err := f.write(&c); err != nil {
		return c, err
	}
	f.all[i] = c
	return c, release(c, f.all)
}

func (f *File) write(c *Complaint) error {
	n, err := numberOf(c.ID)
	if err != nil {
		return err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	sealed, err := f.keys.SealNote(text, Purpose)
	if err != nil {
		return err
	}
	value, err := cbor.Marshal(row{Version: rowVersion, Sealed: sealed})
	if err != nil {
		return err
	}
	put := store.Row{Key: key(n), Value: value}
	if err := f.store.Commit(store.Batch{Put: []store.Row{put}}); err != nil {
		return fmt.Errorf("complaint %s: %w", c.ID, err)
	}
	return nil
}

// Get returns one complaint.
func (f *File) Get(id string) (Complaint, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, err := f.find(id)
	if err != nil {
		return Complaint{}, err
	}
	return f.all[i], nil
}

func (f *File) find(id string) (int, error) {
	for i := range f.all {
		if f.all[i].ID == id {
			return i, nil
		}
	}
	return 0, fmt.Errorf("complaint %q: %w; see complaint list", id, ErrUnknown)
}

// All returns every complaint, the oldest first.
func (f *File) All() []Complaint {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Complaint(nil), f.all...)
}

// About returns the open complaint about a number, if there is one.
func (f *File) About(n policy.Number) (c Complaint, found bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.all {
		if c.Open() && c.Number == n {
			return c, true
		}
	}
	return c, false
}

// Due returns how many complaints are open, and of how many the answer is due by a
// time.
func (f *File) Due(by time.Time) (open, due int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.all {
		if c := &f.all[i]; c.Open() {
			open++
			if !c.Deadline().After(by) {
				due++
			}
		}
	}
	return open, due
}
