package book

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// The first byte of a key (compliance.md 2.4). Integers in keys are big-endian.
const (
	spaceMeta       = 0x01 // 01 name: here "last." + kind, the last id given; "blacklist." principal, the last seq
	spaceEntity     = 0x10 // 10 kind id: the entity now
	spaceHistory    = 0x11 // 11 kind id ^time: one change, newest first
	spaceName       = 0x12 // 12 kind name: the id
	spaceGeneration = 0x20 // 20 gen: the parts in force
	spaceCurrent    = 0x21 // 21: the current generation
	spaceModes      = 0x22 // 22: the modes of trunks and rules
	spacePerson     = 0x31 // 31 principal H: one number at one principal
	spaceContact    = 0x34 // 34 principal H: the other numbers of the person
	spaceSaid       = 0x35 // 35 principal H time: one change of it that a person entered
	spaceDisposed   = 0x37 // 37 attempt id: what an agent entered after the call
	spaceSeen       = 0x38 // 38 callcentre id: a disposition that was taken
	spaceBlacklist  = 0x60 // 60 principal seq: blacklist changes in order
	spaceSample     = 0x62 // 62 provider ^time: a sample of what rests on a provider
	spaceSynced     = 0x63 // 63 principal: when its blacklist was last synchronised
)

// rowVersion is the first element of every value written here.
const rowVersion = 1

func metaKey(name string) []byte { return append([]byte{spaceMeta}, name...) }

func entityKey(k kind, id uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{spaceEntity, byte(k)}, id)
}

func historyPrefix(k kind, id uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{spaceHistory, byte(k)}, id)
}

func historyKey(k kind, id uint32, at time.Time) []byte {
	return binary.BigEndian.AppendUint64(historyPrefix(k, id), ^uint64(at.UnixNano()))
}

func nameKey(k kind, name string) []byte { return append([]byte{spaceName, byte(k)}, name...) }

func generationKey(g uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{spaceGeneration}, g)
}

func currentKey() []byte { return []byte{spaceCurrent} }

func personKey(p policy.PrincipalID, h seal.Index) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{spacePerson}, uint32(p)), h[:]...)
}

// saidPrefix begins the keys of all changes of one number at one principal.
func saidPrefix(p policy.PrincipalID, h seal.Index) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{spaceSaid}, uint32(p)), h[:]...)
}

func saidKey(p policy.PrincipalID, h seal.Index, at time.Time) []byte {
	return binary.BigEndian.AppendUint64(saidPrefix(p, h), uint64(at.UnixNano()))
}

func syncedKey(p policy.PrincipalID) []byte {
	return binary.BigEndian.AppendUint32([]byte{spaceSynced}, uint32(p))
}

func blacklistKey(p policy.PrincipalID, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32([]byte{spaceBlacklist}, uint32(p)), seq)
}

// instant is a time in a row: nanoseconds since 1970, 0 for none.
type instant int64

func instantOf(t time.Time) instant {
	if t.IsZero() {
		return 0
	}
	return instant(t.UnixNano())
}

func (i instant) time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(i)).UTC()
}

type currentRow struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	Generation uint64
}

type generationRow struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	At      instant
	Actor   string
	Cause   string
	Parts   []Part
}

// encoding is deterministic: equal values are equal bytes (RFC 8949, 4.2.1).
var encoding = func() cbor.EncMode {
	options := cbor.CoreDetEncOptions()
	options.Time = cbor.TimeRFC3339Nano
	mode, err := options.EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// encode writes a row of this package; their types cannot fail to encode.
func encode(row any) []byte {
	value, err := encoding.Marshal(row)
	if err != nil {
		panic(fmt.Sprintf("book: encoding %T: %v", row, err))
	}
	return value
}

// decode reads a row. A version that this program does not know is an error.
func decode(key, value []byte, row any) error { return decodeVersion(key, value, rowVersion, row) }

// decodeVersion reads a row of one version.
func decodeVersion(key, value []byte, version uint8, row any) error {
	// An array of less than 24 elements has one byte of head, a version below 24
	// is one byte (RFC 8949, 3.1).
	const array, small = 0x80, 24
	if len(value) < 2 || value[0] < array || value[0] >= array+small {
		return fmt.Errorf("row %x is not a row of this program", key)
	}
	if value[1] != version {
		return fmt.Errorf("row %x has version %d, this program reads %d: use the newer program", key, value[1], version)
	}
	if err := cbor.Unmarshal(value, row); err != nil {
		return fmt.Errorf("row %x: %w", key, err)
	}
	return nil
}

// get reads one row into row and reports whether it is there.
func get(r store.Reader, key []byte, row any) (bool, error) {
	value, found, err := r.Get(key)
	if err != nil {
		return false, fmt.Errorf("reading row %x: %w", key, err)
	}
	if !found {
		return false, nil
	}
	return true, decode(key, value, row)
}

// loadGeneration reads the current generation, 0 when there is none yet.
func loadGeneration(r store.Reader) (uint64, generationRow, error) {
	var current currentRow
	var row generationRow
	found, err := get(r, currentKey(), &current)
	if err != nil || !found {
		return 0, row, err
	}
	found, err = get(r, generationKey(current.Generation), &row)
	if err == nil && !found {
		err = fmt.Errorf("generation %d is current and has no row: restore the store from a backup", current.Generation)
	}
	return current.Generation, row, err
}
