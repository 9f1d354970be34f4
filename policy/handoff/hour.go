package handoff

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"tregua/policy"
)

// Hour is the traffic on behalf of a principal in one hour, by when attempts were
// received. Attempts are those that have ended; re-dials answered from memory are
// none. Refused, Forwarded and the rest that was neither are all of them.
type Hour struct {
	From      time.Time `json:"hour"`
	Principal string    `json:"principal,omitempty"` // "": they led to no campaign
	AsOf      uint64    `json:"as_of_seq,omitempty"` // handed off: of two accounts of an hour the one with the higher is right
	Attempts  uint64    `json:"attempts"`
	Refused   uint64    `json:"refused"`
	Forwarded uint64    `json:"forwarded"`
	Answered  uint64    `json:"answered"`
	Connected uint64    `json:"connected"`        // class B
	Silent    uint64    `json:"silent"`           // class A
	Ratio     *float64  `json:"a_of_b,omitempty"` // A/B; left out without class B
	Reasons   []Reason  `json:"refused_by,omitempty"`
}

// Reason is how many attempts were refused for one reason.
type Reason struct {
	Reason   string `json:"reason"`
	Attempts uint64 `json:"attempts"`
}

// Traffic counts records by hour and principal. Its zero value is empty.
type Traffic struct {
	hours map[hourOf]*counted
}

type hourOf struct {
	hour      int64 // since 1970
	principal policy.PrincipalID
}

type counted struct {
	Hour
	by map[policy.Reason]uint64
}

// hourAt is the hour of a time, in hours since 1970.
func hourAt(at time.Time) int64 { return at.Unix() / 3600 }

// hourTime is the beginning of an hour.
func hourTime(hour int64) time.Time { return time.Unix(hour*3600, 0).UTC() }

// Add counts one record that has ended.
func (t *Traffic) Add(r *policy.Record) {
	if r.Ending.Outcome == policy.OutcomeOpen || r.Ending.Outcome == policy.OutcomeRepeated {
		return
	}
	h := t.of(hourOf{hourAt(r.Attempt.At), r.Attempt.Principal})
	h.Attempts++
	e := &r.Ending
	if e.Outcome == policy.OutcomeRefused {
		h.Refused++
		h.by[r.Decision.Reason]++
	}
	if e.Forwarded {
		h.Forwarded++
	}
	if !e.AnsweredAt.IsZero() {
		h.Answered++
	}
	switch e.Ratio {
	case policy.RatioA:
		h.Silent++
	case policy.RatioB:
		h.Connected++
	case policy.RatioNone:
	}
}

func (t *Traffic) of(key hourOf) *counted {
	if t.hours == nil {
		t.hours = map[hourOf]*counted{}
	}
	h := t.hours[key]
	if h == nil {
		h = &counted{by: map[policy.Reason]uint64{}}
		t.hours[key] = h
	}
	return h
}

// Merge adds what another has counted.
func (t *Traffic) Merge(other *Traffic) {
	for key, more := range other.hours { // order: sums
		h := t.of(key)
		h.Attempts += more.Attempts
		h.Refused += more.Refused
		h.Forwarded += more.Forwarded
		h.Answered += more.Answered
		h.Connected += more.Connected
		h.Silent += more.Silent
		for reason, n := range more.by { // order: sums
			h.by[reason] += n
		}
	}
}

// Hours returns what was counted, by hour and name of the principal.
func (t *Traffic) Hours(names Names) []Hour {
	out := make([]Hour, 0, len(t.hours))
	for key, c := range t.hours { // order: sorted below
		h := c.Hour
		h.From, h.Principal = hourTime(key.hour), names.PrincipalName(key.principal)
		if h.Connected > 0 {
			ratio := float64(h.Silent) / float64(h.Connected)
			h.Ratio = &ratio
		}
		for _, reason := range slices.SortedFunc(maps.Keys(c.by), func(a, b policy.Reason) int { return cmp.Compare(a.String(), b.String()) }) {
			h.Reasons = append(h.Reasons, Reason{reason.String(), c.by[reason]})
		}
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b Hour) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Principal, b.Principal))
	})
	return out
}
