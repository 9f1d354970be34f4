package bar

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy"
)

// The value is deterministic CBOR (RFC 8949 section 4.2.1): an array whose
// first element is the version.
const version = 1

var (
	encoder = must(cbor.CoreDetEncOptions().EncMode())
	decoder = must(cbor.DecOptions{ExtraReturnErrors: cbor.ExtraDecErrorUnknownField}.DecMode())
)

// must is for what cannot fail: options that are constants, rows of this file.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

type row struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Bars    []rowBar
}

type rowBar struct {
	_          struct{} `cbor:",toarray"`
	Of         policy.AttemptID
	At         int64 // nanoseconds since 1970
	Until      int64
	CallCentre policy.CallCentreID
	Principal  policy.PrincipalID
	Shadow     bool
	Met        bool
}

// Key returns the key of a number's bars in the store (compliance.md 2.4); index
// is the keyed hash that stands for the number.
func Key(index [16]byte) []byte { return append([]byte{0x30}, index[:]...) }

// Encode writes the bars of a number as the value of its row.
func Encode(b Bars) []byte {
	r := row{Version: version, Bars: make([]rowBar, len(b))}
	for i, one := range b {
		r.Bars[i] = rowBar{
			Of: one.Of, At: one.At.UnixNano(), Until: one.Until.UnixNano(),
			CallCentre: one.CallCentre, Principal: one.Principal, Shadow: one.Shadow, Met: one.Met,
		}
	}
	return must(encoder.Marshal(r))
}

// Decode reads what [Encode] wrote and nothing else: half a bar must not be
// taken for none. A version that it does not know is refused by its number.
func Decode(value []byte) (Bars, error) {
	var head []cbor.RawMessage
	if err := decoder.Unmarshal(value, &head); err != nil {
		return nil, fmt.Errorf("bars: %w", err)
	}
	var v uint64
	if len(head) == 0 || decoder.Unmarshal(head[0], &v) != nil || v != version {
		return nil, fmt.Errorf("bars: version %d, this program reads %d", v, version)
	}
	var r row
	if err := decoder.Unmarshal(value, &r); err != nil {
		return nil, fmt.Errorf("bars: %w", err)
	}
	b := make(Bars, len(r.Bars))
	for i, one := range r.Bars {
		b[i] = Bar{
			Of: one.Of, At: time.Unix(0, one.At).UTC(), Until: time.Unix(0, one.Until).UTC(),
			CallCentre: one.CallCentre, Principal: one.Principal, Shadow: one.Shadow, Met: one.Met,
		}
	}
	if !bytes.Equal(Encode(b), value) {
		return nil, errors.New("bars: not as this program writes them")
	}
	return b, nil
}
