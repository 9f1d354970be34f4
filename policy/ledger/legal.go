package ledger

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// LegalHold is an order to keep records: while it stands, no purge and no erasure
// takes what it covers. It says nothing about calls: for that see rule R26. It covers
// what all of Number, Campaign and the span of time take; those that are zero take
// everything.
type LegalHold struct {
	ID       policy.AttemptID // of the note that it was laid with
	Order    string           // reference of who ordered it
	Number   policy.Number
	Campaign policy.CampaignID
	From, To time.Time // of the attempts: From included, To not
	Until    time.Time // when it ends by itself; zero: when it is lifted
	At       time.Time
	Actor    string
}

// ErrNoHold is returned for a legal hold that does not stand.
var ErrNoHold = errors.New("there is no such legal hold; see `tregua ledger hold list`")

// legalHold is the value of a row of spaceLegal.
type legalHold struct {
	_                   struct{} `cbor:",toarray"`
	Version             uint8
	Order               string
	Sealed              []byte // the number; empty: every one
	Campaign            uint32
	From, To, Until, At int64
	Actor               string
}

func (r *legalHold) version() uint8 { return r.Version }

func legalRow(id policy.AttemptID) []byte { return append([]byte{spaceLegal}, id[:]...) }

// LegalHolds returns the legal holds that were laid and not lifted, oldest first.
func LegalHolds(st store.Reader, keys *seal.Keys) (holds []LegalHold, err error) {
	for row, err := range st.Scan([]byte{spaceLegal}, nil) {
		if err != nil {
			return nil, err
		}
		var r legalHold
		if err := decode(row.Key, row.Value, &r); err != nil {
			return nil, err
		}
		h := LegalHold{
			Order: r.Order, Campaign: policy.CampaignID(r.Campaign), From: unstamp(r.From), To: unstamp(r.To),
			Until: unstamp(r.Until), At: unstamp(r.At), Actor: r.Actor,
		}
		if err := fixed(h.ID[:], row.Key[1:], "id of a legal hold"); err != nil {
			return nil, err
		}
		if len(r.Sealed) > 0 {
			if h.Number, err = keys.OpenNumber(r.Sealed); err != nil {
				return nil, fmt.Errorf("legal hold %s: %w", h.ID, err)
			}
		}
		holds = append(holds, h)
	}
	slices.SortFunc(holds, func(a, b LegalHold) int { return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.ID[:], b.ID[:])) })
	return holds, nil
}

// stands reports whether h has not ended by itself.
func (h *LegalHold) stands(now time.Time) bool { return h.Until.IsZero() || now.Before(h.Until) }

// covers reports whether h keeps a record.
func (h *LegalHold) covers(index seal.Index, of seal.Index, a *policy.Attempt) bool {
	return (h.Number == 0 || index == of) && (h.Campaign == 0 || h.Campaign == a.Campaign) &&
		Span{Since: h.From, Until: h.To}.Takes(a.At)
}

// body is what the note of a legal hold says: of a number only that there is one,
// because a note is never erased.
func (h *LegalHold) body(deed, reason string) []byte {
	return must(json.Marshal(struct {
		Deed   string    `json:"deed"`
		Hold   string    `json:"hold"`
		Order  string    `json:"order"`
		Number bool      `json:"number,omitempty"`
		From   time.Time `json:"from,omitzero"`
		To     time.Time `json:"to,omitzero"`
		Until  time.Time `json:"until,omitzero"`
		Reason string    `json:"reason,omitempty"`
	}{deed, h.ID.String(), h.Order, h.Number != 0, h.From, h.To, h.Until, reason}))
}

func (h *LegalHold) row(keys *seal.Keys) (store.Row, error) {
	r := legalHold{
		Version: version, Order: h.Order, Campaign: uint32(h.Campaign), From: stamp(h.From), To: stamp(h.To),
		Until: stamp(h.Until), At: stamp(h.At), Actor: h.Actor,
	}
	if h.Number != 0 {
		var err error
		if r.Sealed, err = keys.SealNumber(h.Number); err != nil {
			return store.Row{}, err
		}
	}
	return store.Row{Key: legalRow(h.ID), Value: encode(&r)}, nil
}
