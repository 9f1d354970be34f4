// Package answer words a decision to a dialer. What a dialer does next hangs on
// the status code it hears: one redials, another tries the next trunk, a third
// files a living person as disconnected. So each family of dialers has a
// profile, and the true reason goes along in headers of ours. The table is
// data; nothing here knows a call.
package answer

import (
	"fmt"
	"strconv"
	"time"

	"tregua/policy"
)

// Profile is a family of dialers.
type Profile uint8

// The profiles.
const (
	Generic Profile = iota
	Asterisk
	FreeSWITCH
	FreePBX
	ViciDial
)

var profileNames = [...]string{"generic", "asterisk", "freeswitch", "freepbx", "vicidial"}

// String returns the name of p in a config.
func (p Profile) String() string {
	if int(p) < len(profileNames) {
		return profileNames[p]
	}
	return "profile-" + strconv.Itoa(int(p))
}

// ParseProfile reads the name of a profile.
func ParseProfile(s string) (Profile, error) {
	for i, n := range profileNames {
		if n == s {
			return Profile(i), nil
		}
	}
	return 0, fmt.Errorf("profile %q: use one of %q", s, profileNames)
}

// FaultAnswer is what a dialer hears of a fault of ours.
type FaultAnswer uint8

// The fault answers. Hold is the safe one: a dialer that hears of a broken
// server goes round it, with the forbidden numbers too.
const (
	Hold    FaultAnswer = iota // not now
	Reroute                    // try another way: for sites where every route crosses a tregua
)

var faultNames = [...]string{"hold", "reroute"}

// String returns the name of f in a config.
func (f FaultAnswer) String() string {
	if int(f) < len(faultNames) {
		return faultNames[f]
	}
	return "fault-" + strconv.Itoa(int(f))
}

// Answer is a final answer to an INVITE.
type Answer struct {
	Status     int
	Phrase     string
	RetryAfter time.Duration // zero: no such header
	Lines      []string      // complete header lines, Retry-After among them
}

// For words the reason r of the decision id. A reason of the peer's side has
// the peer's own answer, which passes as it came; what For returns for it is
// what to say when the peer gave none. r must not be OK: a call without a
// reason is not refused, and gets 500.
func For(p Profile, fault FaultAnswer, r policy.Reason, id policy.AttemptID) Answer {
	w := word(p, fault, r.Class(), r.Status())
	a := Answer{Status: w.status, Phrase: phrase(w.status), RetryAfter: w.retry, Lines: []string{
		"X-Tregua-Reason: " + r.String(),
		"X-Tregua-Decision: " + id.String(),
	}}
	if a.RetryAfter > 0 {
		a.Lines = append(a.Lines, "Retry-After: "+strconv.Itoa(int(a.RetryAfter/time.Second)))
	}
	return a
}

// word finds the cell of the table for a reason of class c whose own SIP
// meaning is status.
func word(p Profile, fault FaultAnswer, c policy.Class, status int) wording {
	switch c {
	case policy.ClassMalformed:
		return wording{status: 400}
	case policy.ClassPermanent:
		return permanent[p.known()]
	case policy.ClassTemporary:
		return temporary[p.known()]
	case policy.ClassFault:
		return faults[fault.known()]
	case policy.ClassPeer:
		if status != 0 {
			return wording{status: status}
		}
	case policy.ClassAdmin:
		return wording{status: 480}
	case policy.ClassNone:
	}
	return wording{status: 500}
}
