package book

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/disposition"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// disposedRow is one disposition of a call. No number stands in it.
type disposedRow struct {
	At         instant             `cbor:"1,keyasint"` // when it was taken
	Actor      string              `cbor:"2,keyasint"`
	CallCentre policy.CallCentreID `cbor:"3,keyasint"`
	Kind       string              `cbor:"4,keyasint"`
	Code       string              `cbor:"5,keyasint"`
	SaidAt     instant             `cbor:"6,keyasint"`
	AgreedAt   instant             `cbor:"7,keyasint,omitempty"`
}

// seen is the id of a disposition among those of its call centre, under the key
// of numbers: what a call centre gives as id may hold one.
func (b *Book) seen(d *Disposition) seal.Index {
	// A code that is corrected under its id is another one, and so is an id that a
	// dialer gives twice: a denial must not pass for what was taken before.
	parts := []string{"disposition", "id", d.Number.String(), d.Code, d.ID}
	switch {
	case d.ID != "":
	case d.Attempt != (policy.AttemptID{}):
		parts = []string{"disposition", "call", d.Attempt.String(), d.Code}
	default:
		parts = []string{"disposition", "number", d.Number.String(), d.Code, fmt.Sprint(d.Principal)}
	}
	return b.config.Keys.IndexUser(strings.Join(parts, "\x00"))
}

func seenKey(c policy.CallCentreID, h seal.Index) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{spaceSeen}, uint32(c)), h[:]...)
}

func disposedPrefix(id policy.AttemptID) []byte { return append([]byte{spaceDisposed}, id[:]...) }

// taken returns the rows that say that a disposition was taken, or errTaken when
// it was before. mu must be held, so that of two the second one sees the first.
func (b *Book) taken(at time.Time, d *Disposition) ([]store.Row, error) {
	h := b.seen(d)
	key := seenKey(d.CallCentre, h)
	if _, found, err := b.config.Store.Get(key); err != nil || found {
		if err == nil {
			err = errTaken
		}
		return nil, err
	}
	row := disposedRow{
		At: instantOf(at), Actor: d.Actor, CallCentre: d.CallCentre, Kind: d.Kind.String(), Code: d.Code,
		SaidAt: instantOf(d.At), AgreedAt: instantOf(d.AgreedAt),
	}
	rows := []store.Row{{Key: key, Value: encodeKeyed(row)}}
	if d.Attempt != (policy.AttemptID{}) {
		rows = append(rows, store.Row{Key: append(disposedPrefix(d.Attempt), h[:]...), Value: rows[0].Value})
	}
	return rows, nil
}

// DisposedLine is a disposition as it was taken.
type DisposedLine struct {
	At       time.Time // when
	Actor    string
	Kind     disposition.Kind
	Code     string
	SaidAt   time.Time
	AgreedAt time.Time
}

// Dispositions returns those of a call, in no order that means anything.
func (s *Snapshot) Dispositions(r store.Reader, id policy.AttemptID) (lines []DisposedLine, err error) {
	for row, err := range r.Scan(disposedPrefix(id), nil) {
		if err != nil {
			return nil, fmt.Errorf("reading dispositions: %w", err)
		}
		d, err := decodeKeyed[disposedRow](row.Key, row.Value)
		if err != nil {
			return nil, err
		}
		lines = append(lines, DisposedLine{
			At: d.At.time(), Actor: d.Actor, Kind: disposition.ParseKind(d.Kind), Code: d.Code,
			SaidAt: d.SaidAt.time(), AgreedAt: d.AgreedAt.time(),
		})
	}
	return lines, nil
}
