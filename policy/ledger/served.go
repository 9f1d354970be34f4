package ledger

import (
	"encoding/binary"
	"fmt"
	"time"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Served names a number and a principal of whom its holder has asked for a call,
// and got it.
type Served struct {
	Index     seal.Index
	Principal policy.PrincipalID
}

// ServedRow returns the row that says that the holder of a number was reached in
// a call that was answered at a time: what was asked for until then is done.
func ServedRow(h seal.Index, p policy.PrincipalID, at time.Time) store.Row {
	return store.Row{Key: servedKey(Served{h, p}), Value: binary.BigEndian.AppendUint64(nil, uint64(at.UnixNano()))}
}

func servedKey(s Served) []byte {
	return binary.BigEndian.AppendUint32(append([]byte{spaceServed}, s.Index[:]...), uint32(s.Principal))
}

// ServedAt reads when the request of a number was served, the zero time for never.
func ServedAt(r store.Reader, s Served) (time.Time, error) {
	key := servedKey(s)
	value, found, err := r.Get(key)
	if err != nil || !found {
		return time.Time{}, err
	}
	return servedAt(key, value)
}

func servedAt(key, value []byte) (time.Time, error) {
	if len(key) != len(servedKey(Served{})) || len(value) != 8 {
		return time.Time{}, fmt.Errorf("row %x is no served request", key)
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(value))).UTC(), nil
}

// AllServed reads every served request. One row that cannot be read is an error:
// its person would be called again.
func AllServed(r store.Reader) (map[Served]time.Time, error) {
	all := map[Served]time.Time{}
	for row, err := range r.Scan([]byte{spaceServed}, nil) {
		if err != nil {
			return nil, err
		}
		at, err := servedAt(row.Key, row.Value)
		if err != nil {
			return nil, err
		}
		s := Served{Principal: policy.PrincipalID(binary.BigEndian.Uint32(row.Key[17:]))}
		copy(s.Index[:], row.Key[1:])
		all[s] = at
	}
	return all, nil
}
