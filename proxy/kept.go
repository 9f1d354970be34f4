package proxy

import (
	"errors"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
)

// Kept is what a call needs to go on in the next process of the node.
type Kept struct {
	_        struct{} `cbor:",toarray"`
	Version  uint8
	Zero     int64     // wall time of the Mono zero of its State, in ns since 1970
	Call     uint64    // id: its leg tokens name it
	Trunks   [2]string // by media.Leg: names, for the config may change
	CallerID string
	State    call.State
}

// keptVersion is that of the form of Kept and of all in it.
const keptVersion = 1

// What the network chose is bytes: nothing says that it is UTF-8.
var (
	keptEncoder = must(cbor.EncOptions{String: cbor.StringToByteString}.EncMode())
	keptDecoder = must(cbor.DecOptions{
		ByteStringToString: cbor.ByteStringToStringAllowed, ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
	}.DecMode())
)

// must is for options that are constants.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Encode returns the bytes of k, about 1 kB.
func (k *Kept) Encode() string { return string(must(keptEncoder.Marshal(k))) }

// ReadKept reads what Encode wrote, and checks that a call can be made of it.
func ReadKept(text string) (*Kept, error) {
	var k Kept
	if err := keptDecoder.Unmarshal([]byte(text), &k); err != nil {
		return nil, fmt.Errorf("what was kept of a call: %w", err)
	}
	if k.Version != keptVersion {
		return nil, fmt.Errorf("what was kept of a call: version %d, this program reads %d", k.Version, keptVersion)
	}
	if err := k.State.Check(); err != nil {
		return nil, fmt.Errorf("what was kept of a call: %w", err)
	}
	return &k, nil
}

// kept is what is kept of a call in that state.
func (s *Shard) kept(e *entry, st call.State) *Kept {
	k := &Kept{
		Version: keptVersion, Zero: s.now.zero().UnixNano(), Call: e.id, CallerID: e.attempt.CallerID, State: st,
	}
	for l, t := range e.trunks {
		k.Trunks[l] = s.cfg.Trunks[t].Name
	}
	return k
}

// trunks are the indexes of the trunks of a call, NoTrunk for one that is no
// more.
func (c *Config) trunks(k *Kept) (found [2]int) {
	for l, name := range k.Trunks {
		found[l] = NoTrunk
		for i := range c.Trunks {
			if c.Trunks[i].Name == name {
				found[l] = i
			}
		}
	}
	return found
}

// Over says why a call that was kept cannot go on but is to be ended; nil when
// it can, as far as its ports are free.
func (c *Config) Over(k *Kept) error {
	st := &k.State
	for l, t := range c.trunks(k) {
		if t == NoTrunk {
			return fmt.Errorf("trunk %q is not in the config any more", k.Trunks[l])
		}
	}
	switch {
	case st.Watching && st.Watch.Mode == policy.WatchEnforce:
		return errors.New("nobody had been heard, and its watch was cut off")
	case !st.Acked:
		// Its 2xx may be lost, and with it went the way on which to repeat it.
		return errors.New("its answer had not been acknowledged")
	}
	return nil
}

// Adoptable says why of a call that was kept not even its end can be told to
// anybody; nil when it can.
func (c *Config) Adoptable(k *Kept) error {
	if c.trunks(k) == [2]int{NoTrunk, NoTrunk} {
		return fmt.Errorf("neither trunk %q nor %q is in the config any more", k.Trunks[media.A], k.Trunks[media.B])
	}
	return nil
}

// zero is the wall time of Mono zero.
func (n Now) zero() time.Time { return n.Wall.Add(-n.Mono) }
