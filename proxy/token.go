package proxy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"tregua/media"
	"tregua/proxy/wire"
)

// A leg token is the URI parameter in every Contact of ours: it says which
// call and which side of it a request is for, and a MAC keeps strangers from
// making one up.
//
//	tregua=<side><call, 16 hex digits><MAC, 16 hex digits>
const tokenParam = "tregua"

const tokenLen = 1 + 16 + 16

type tokens struct{ key []byte }

func (t tokens) make(callID uint64, side media.Leg) string {
	var b [9]byte
	b[0] = byte(side)
	binary.BigEndian.PutUint64(b[1:], callID)
	sum := t.sum(b[:])
	out := make([]byte, 0, len(tokenParam)+1+tokenLen)
	out = append(out, tokenParam...)
	out = append(out, '=', 'a'+byte(side))
	out = hex.AppendEncode(out, b[1:])
	return string(hex.AppendEncode(out, sum[:8]))
}

// read finds the call and side that a Request-URI names; ok is false when it
// carries no token of ours.
func (t tokens) read(uri string) (callID uint64, side media.Leg, ok bool) {
	if !strings.Contains(uri, tokenParam) {
		return 0, 0, false
	}
	u, err := wire.ParseURI(uri)
	if err != nil {
		return 0, 0, false
	}
	v, _ := u.Params.Get(tokenParam)
	if len(v) != tokenLen || v[0] != 'a' && v[0] != 'b' {
		return 0, 0, false
	}
	var b [9]byte
	var mac [8]byte
	b[0] = v[0] - 'a'
	if _, err := hex.Decode(b[1:], []byte(v[1:17])); err != nil {
		return 0, 0, false
	}
	if _, err := hex.Decode(mac[:], []byte(v[17:])); err != nil {
		return 0, 0, false
	}
	sum := t.sum(b[:])
	if !hmac.Equal(mac[:], sum[:8]) {
		return 0, 0, false
	}
	return binary.BigEndian.Uint64(b[1:]), media.Leg(b[0]), true
}

func (t tokens) sum(b []byte) []byte {
	h := hmac.New(sha256.New, t.key)
	h.Write(b)
	return h.Sum(nil)
}
