package register

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"tregua/policy/access"
)

// ran counts what a proposal did.
type ran struct {
	payloads []string
	err      error
}

func (r *ran) run(p access.Proposal) (string, error) {
	r.payloads = append(r.payloads, string(p.Payload))
	return "entry 4 is withdrawn", r.err
}

func (o *office) propose(scope access.Scope) access.Proposal {
	o.t.Helper()
	p, err := o.Propose(scope, "blacklist.remove", "acme", "", []byte("+393331234567"), "letter of +39 333 1234567")
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

// TestConfirm holds that a proposal takes effect once, by another person, while
// it lasts; and what each who may not confirm is told.
func TestConfirm(t *testing.T) {
	t.Parallel()
	o := open(t)
	p := o.propose(anna)
	if o.has([]byte("333123")) || o.has([]byte("1234567")) {
		t.Error("a number stands in clear")
	}
	did := &ran{}
	refused := func(name string, scope access.Scope, digest access.Digest, is error, want string) {
		t.Helper()
		if _, err := o.Confirm(scope, p.ID, digest, did.run); !errors.Is(err, is) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		if len(did.payloads) > 0 {
			t.Fatalf("%s: it was done", name)
		}
	}
	refused("the same person", anna, p.Digest, access.ErrSamePerson, "another person")
	refused("something else", bob, access.Digest{}, ErrConflict, "another digest")
	refused("of another principal", eve, p.Digest, ErrUnknown, "there is no proposal 1")
	o.now = noon.Add(access.ProposalLife)
	refused("a day later", bob, p.Digest, ErrConflict, "expired")
	o.now = noon.Add(access.ProposalLife - 1)
	o.fail = errors.New("disk full")
	refused("what cannot be written is not done", bob, p.Digest, o.fail, "disk full")
	o.fail = nil
	o.reopen()
	done, err := o.Confirm(bob, p.ID, p.Digest, did.run)
	if err != nil || done.Stage != access.Done || done.ClosedBy != "token:bob" || done.Result != "entry 4 is withdrawn" || len(did.payloads) != 1 || did.payloads[0] != "+393331234567" {
		t.Errorf("confirmed: %+v, %v, did %v", done, err, did.payloads)
	}
	did.payloads = nil
	refused("twice", root, p.Digest, ErrConflict, "is done already")
	o.reopen()
	got, err := o.Proposal(bob, p.ID)
	if err != nil || got.Stage != access.Done || got.Why != "letter of +39 333 1234567" || got.Actor != "token:anna" || got.Result != done.Result {
		t.Errorf("after a restart: %+v, %v", got, err)
	}
	if _, err := o.Proposal(bob, 9); !errors.Is(err, ErrUnknown) {
		t.Errorf("one that there is not: %v", err)
	}
}

// TestConfirmFails holds that what failed is not done again and keeps no text
// that may name a number.
func TestConfirmFails(t *testing.T) {
	t.Parallel()
	o := open(t)
	p := o.propose(anna)
	did := &ran{err: errors.New("+393331234567 is not listed")}
	if _, err := o.Confirm(bob, p.ID, p.Digest, did.run); !errors.Is(err, did.err) {
		t.Errorf("failed: %v", err)
	}
	if got, err := o.Proposal(root, p.ID); err != nil || got.Stage != access.Failed || got.Result != "" || o.has([]byte("333123")) {
		t.Errorf("kept %+v, %v", got, err)
	}
	if _, err := o.Confirm(bob, p.ID, p.Digest, did.run); !errors.Is(err, ErrConflict) || len(did.payloads) != 1 {
		t.Errorf("again: %v, %v", err, did.payloads)
	}
}

// TestConfirmCutOff holds that what was cut off while it was done stays
// confirmed, and is not done a second time.
func TestConfirmCutOff(t *testing.T) {
	t.Parallel()
	o := open(t)
	p := o.propose(anna)
	crash := errors.New("crash")
	_, err := o.Confirm(bob, p.ID, p.Digest, func(access.Proposal) (string, error) {
		o.fail = crash
		return "", nil
	})
	o.fail = nil
	o.reopen()
	got, getErr := o.Proposal(root, p.ID)
	if !errors.Is(err, crash) || getErr != nil || got.Stage != access.Confirmed || got.ClosedBy != "token:bob" {
		t.Errorf("%v; then %+v, %v", err, got, getErr)
	}
	did := &ran{}
	if _, err := o.Confirm(bob, p.ID, p.Digest, did.run); !errors.Is(err, ErrConflict) || len(did.payloads) > 0 {
		t.Errorf("again: %v, did %v", err, did.payloads)
	}
}

// TestProposals holds who sees which, the newest first, and that ids go on.
func TestProposals(t *testing.T) {
	t.Parallel()
	o := open(t)
	first := o.propose(anna)
	o.reopen()
	second := o.propose(bob)
	if first.ID != 1 || second.ID != 2 || first.Digest == second.Digest {
		t.Errorf("ids %d %d, digests %x %x", first.ID, second.ID, first.Digest[:4], second.Digest[:4])
	}
	if _, err := o.Propose(root, "bypass", "", "", nil, ""); err != nil {
		t.Fatal(err)
	}
	if p, err := o.Withdraw(anna, first.ID); err != nil || p.Stage != access.Withdrawn {
		t.Errorf("withdrawn: %+v, %v", p, err)
	}
	if _, err := o.Withdraw(anna, first.ID); !errors.Is(err, ErrConflict) {
		t.Errorf("withdrawn twice: %v", err)
	}
	if _, err := o.Withdraw(eve, second.ID); !errors.Is(err, ErrUnknown) {
		t.Errorf("withdrawn by another tenant: %v", err)
	}
	o.now = noon.Add(access.ProposalLife)
	if _, err := o.Withdraw(bob, second.ID); !errors.Is(err, ErrConflict) {
		t.Errorf("withdrawn a day later: %v", err)
	}
	for scope, want := range map[*access.Scope]string{
		&root: "3 expired, 2 expired, 1 withdrawn", &anna: "2 expired, 1 withdrawn", &eve: "",
	} {
		list, err := o.Proposals(*scope)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, p := range list {
			words = append(words, string('0'+byte(p.ID))+" "+p.Stage.String())
		}
		if got := strings.Join(words, ", "); got != want {
			t.Errorf("%s sees %q, want %q", scope.Actor, got, want)
		}
	}
}

// TestAltered holds that a row that was changed in the store is an error, and
// nothing is done by it.
func TestAltered(t *testing.T) {
	t.Parallel()
	o := open(t)
	p := o.propose(anna)
	value, _, err := o.rows.Get(proposalKey(p.ID))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*proposalRow){
		"another kind":   func(r *proposalRow) { r.Kind = "bypass" },
		"another digest": func(r *proposalRow) { r.Digest[0]++ },
		"no digest":      func(r *proposalRow) { r.Digest = nil },
		"no parameters":  func(r *proposalRow) { r.Sealed = nil },
		"sealed anew":    func(r *proposalRow) { r.Sealed = append(bytes.Clone(r.Sealed[:len(r.Sealed)-1]), 0) },
		"another stage":  func(r *proposalRow) { r.Stage = "expired" },
	} {
		var row proposalRow
		if err := decode(proposalKey(p.ID), value, &row); err != nil {
			t.Fatal(err)
		}
		change(&row)
		if err := o.put(proposalKey(p.ID), row); err != nil {
			t.Fatal(err)
		}
		did := &ran{}
		if _, err := o.Confirm(bob, p.ID, p.Digest, did.run); err == nil || len(did.payloads) > 0 {
			t.Errorf("%s: %v, did %v", name, err, did.payloads)
		}
	}
	if err := o.put(tokenKey("x"), tokenRow{Version: 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(o.config); err == nil || !strings.Contains(err.Error(), "has version 2") {
		t.Errorf("a row of a newer program: %v", err)
	}
}
