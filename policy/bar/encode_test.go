package bar

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

func TestKey(t *testing.T) {
	t.Parallel()
	got := hex.EncodeToString(Key([16]byte{1, 15: 2}))
	if want := "30" + "01000000000000000000000000000002"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestEncode holds the bytes: what lies in a store must be read for years.
func TestEncode(t *testing.T) {
	t.Parallel()
	for want, b := range map[string]Bars{
		"820180": nil,
		"82018187" + "50" + "01000000000000000000000000000002" + "1b001dcd6500000001" + "1b001dcd6500000002" + "03" + "04" + "f5" + "f4": {{
			Of: policy.AttemptID{1, 15: 2}, At: time.Unix(0, 0x1dcd6500000001).UTC(), Until: time.Unix(0, 0x1dcd6500000002).UTC(),
			CallCentre: 3, Principal: 4, Shadow: true,
		}},
	} {
		if got := hex.EncodeToString(Encode(b)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		value, err := hex.DecodeString(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(value)
		if d := cmp.Diff(append(Bars{}, b...), got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", want, err, d)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"":                         "bars: EOF",
		"01":                       "bars: cbor: cannot unmarshal positive integer into Go value of type []cbor.RawMessage",
		"80":                       "bars: version 0, this program reads 1",
		"820080":                   "bars: version 0, this program reads 1",
		"820280":                   "bars: version 2, this program reads 1",
		"8302808101":               "bars: version 2, this program reads 1",
		"82613180":                 "bars: version 0, this program reads 1",
		"82018101":                 "bars: cbor: cannot unmarshal positive integer into Go struct field bar.row.Bars of type bar.rowBar",
		"82018080":                 "bars: cbor: 1 bytes of extraneous data starting at index 3",
		"82018187410100000000f4f4": "bars: not as this program writes them",
		"8218018080":               "bars: cbor: 1 bytes of extraneous data starting at index 4",
		"82180180":                 "bars: not as this program writes them",
	} {
		b, err := hex.DecodeString(value)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Decode(b); err == nil || got != nil || err.Error() != want {
			t.Errorf("%s: got %v, %v\n\twant %s", value, got, err, want)
		}
	}
}

// FuzzDecode: what is read is written again byte for byte.
func FuzzDecode(f *testing.F) {
	f.Add(Encode(nil))
	f.Add(Encode(Bars{{Of: policy.AttemptID{1}, At: time.Unix(1, 2), Until: time.Unix(3, 4), CallCentre: 5, Shadow: true}}))
	f.Add([]byte{0x82, 2, 0x80})
	f.Fuzz(func(t *testing.T, value []byte) {
		b, err := Decode(value)
		if err == nil && !bytes.Equal(Encode(b), value) {
			t.Errorf("%x is written %x", value, Encode(b))
		}
	})
}

// FuzzEncode: what is written is read to the same.
func FuzzEncode(f *testing.F) {
	f.Add([]byte("0123456789abcdef"), int64(1795000000e9), int64(5*24*time.Hour), uint32(1), uint32(2), true)
	f.Fuzz(func(t *testing.T, id []byte, at, rest int64, cc, pr uint32, shadow bool) {
		one := Bar{
			At: time.Unix(0, at).UTC(), Until: time.Unix(0, at^rest).UTC(),
			CallCentre: policy.CallCentreID(cc), Principal: policy.PrincipalID(pr), Shadow: shadow,
		}
		copy(one.Of[:], id)
		b := Bars{one, {Of: policy.AttemptID{1}, At: one.Until, Until: one.At}}
		got, err := Decode(Encode(b))
		if d := cmp.Diff(b, got); d != "" || err != nil {
			t.Errorf("%v\n%s", err, d)
		}
	})
}
