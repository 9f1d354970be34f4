package access

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestMayConfirm holds who may confirm what, and until when.
func TestMayConfirm(t *testing.T) {
	t.Parallel()
	digest := ProposalDigest("kind", [16]byte{1}, []byte("payload"))
	open := Proposal{ID: 7, Digest: digest, Actor: "token:anna", At: noon}
	at := func(s Stage) Proposal { p := open; p.Stage = s; return p }
	for name, c := range map[string]struct {
		proposal Proposal
		actor    string
		digest   Digest
		at       time.Time
		want     string
	}{
		"another":             {open, "token:bruno", digest, noon, ""},
		"in the last moment":  {open, "token:bruno", digest, noon.Add(ProposalLife - 1), ""},
		"a day later":         {open, "token:bruno", digest, noon.Add(ProposalLife), "expired at 2026-11-23T12:00:00Z; propose it again"},
		"the same":            {open, "token:anna", digest, noon, "another person"},
		"something else":      {open, "token:bruno", Digest{1}, noon, "another digest"},
		"twice":               {at(Confirmed), "token:carla", digest, noon, "is confirmed already"},
		"done":                {at(Done), "token:carla", digest, noon, "is done already"},
		"failed":              {at(Failed), "token:carla", digest, noon, "is failed already"},
		"withdrawn":           {at(Withdrawn), "token:carla", digest, noon, "is withdrawn already"},
		"done, a day later":   {at(Done), "token:carla", digest, noon.Add(ProposalLife), "is done already"},
		"the same, and later": {open, "token:anna", digest, noon.Add(ProposalLife), "expired"},
	} {
		got := ""
		if err := c.proposal.MayConfirm(c.actor, c.digest, c.at); err != nil {
			got = err.Error()
		}
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if err := open.MayConfirm("token:anna", digest, noon); !errors.Is(err, ErrSamePerson) {
		t.Errorf("the same person: %v", err)
	}
}

// TestProposalDigest holds that a digest is of the kind, the nonce and every
// byte of the parameters, and that none of them can pass for another.
func TestProposalDigest(t *testing.T) {
	t.Parallel()
	seen := map[Digest]string{}
	for name, d := range map[string]Digest{
		"it":             ProposalDigest("kind", [16]byte{1}, []byte("payload")),
		"another nonce":  ProposalDigest("kind", [16]byte{2}, []byte("payload")),
		"another kind":   ProposalDigest("kinds", [16]byte{1}, []byte("payload")),
		"another number": ProposalDigest("kind", [16]byte{1}, []byte("paylobd")),
		"none":           ProposalDigest("kind", [16]byte{1}, nil),
		"shifted":        ProposalDigest("kind\x00", [16]byte{}, []byte("payload")),
	} {
		if other, twice := seen[d]; twice {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[d] = name
	}
}
