package register

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"tregua/policy/access"
)

// Propose writes an operation that waits for a second person: its kind, whose
// data it concerns, its exact parameters and why. It has no effect yet.
func (r *Register) Propose(scope access.Scope, kind, principal, callCentre string, payload []byte, why string) (access.Proposal, error) {
	var nonce [16]byte
	if _, err := io.ReadFull(r.config.Random, nonce[:]); err != nil {
		return access.Proposal{}, fmt.Errorf("proposing %s: %w", kind, err)
	}
	part := sealedPart{Version: rowVersion, Nonce: nonce[:], Payload: payload, Why: why}
	sealed, err := r.config.Keys.SealNote(encode(part), sealPurpose)
	if err != nil {
		return access.Proposal{}, fmt.Errorf("proposing %s: %w", kind, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id, digest := r.proposal+1, access.ProposalDigest(kind, nonce, payload)
	row := proposalRow{
		Version: rowVersion, Kind: kind, Principal: principal, CallCentre: callCentre, Digest: digest[:],
		Sealed: sealed, Actor: scope.Actor, At: instantOf(r.config.Now()), Stage: access.Proposed.String(),
	}
	if err := r.put(proposalKey(id), row); err != nil {
		return access.Proposal{}, fmt.Errorf("writing proposal %d: %w", id, err)
	}
	r.proposal = id
	return r.proposalOf(id, &row)
}

const sealPurpose = "proposal"

// Proposals returns those that scope takes, the newest first, with what time
// has made of them.
func (r *Register) Proposals(scope access.Scope) (list []access.Proposal, err error) {
	for row, err := range r.config.Store.Scan([]byte{spaceProposal}, nil) {
		if err != nil {
			return nil, fmt.Errorf("reading proposals: %w", err)
		}
		var p proposalRow
		if err := decode(row.Key, row.Value, &p); err != nil {
			return nil, err
		}
		if !scope.Takes(p.Principal, p.CallCentre) {
			continue
		}
		one, err := r.proposalOf(binary.BigEndian.Uint64(row.Key[1:]), &p)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	slices.Reverse(list)
	return list, nil
}

// Proposal returns one. What scope does not take is [ErrUnknown], as what there
// is not.
func (r *Register) Proposal(scope access.Scope, id uint64) (access.Proposal, error) {
	row, err := r.proposalRow(scope, id)
	if err != nil {
		return access.Proposal{}, err
	}
	return r.proposalOf(id, &row)
}

// Confirm does the operation of a proposal once: that it was confirmed is on
// the disk before run is called, so that one that is cut off is not done again.
// What run returns is the result; its error makes the proposal a failed one.
func (r *Register) Confirm(scope access.Scope, id uint64, digest access.Digest, run func(access.Proposal) (string, error)) (access.Proposal, error) {
	p, err := r.close(scope, id, access.Confirmed, func(p *access.Proposal) error {
		return p.MayConfirm(scope.Actor, digest, r.config.Now())
	})
	if err != nil {
		return p, err
	}
	result, runErr := run(p)
	stage := access.Done
	if runErr != nil {
		stage, result = access.Failed, "" // an error may name a number, and rows are in clear
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	row, err := r.proposalRow(scope, id)
	if err == nil {
		row.Stage, row.Result = stage.String(), result
		err = r.put(proposalKey(id), row)
	}
	if err != nil {
		err = fmt.Errorf("writing what came of proposal %d: %w", id, err)
	}
	p.Stage, p.Result = stage, result
	return p, errors.Join(runErr, err)
}

// Withdraw ends a proposal that nobody has confirmed: by who made it, or by who
// could have confirmed it.
func (r *Register) Withdraw(scope access.Scope, id uint64) (access.Proposal, error) {
	return r.close(scope, id, access.Withdrawn, func(p *access.Proposal) error {
		if stage := p.StageAt(r.config.Now()); stage != access.Proposed {
			return fmt.Errorf("proposal %d is %s already", id, stage)
		}
		return nil
	})
}

// close gives an open proposal another stage, if check allows it.
func (r *Register) close(scope access.Scope, id uint64, stage access.Stage, check func(*access.Proposal) error) (access.Proposal, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	row, err := r.proposalRow(scope, id)
	if err != nil {
		return access.Proposal{}, err
	}
	p, err := r.proposalOf(id, &row)
	if err != nil {
		return p, err
	}
	if err := check(&p); err != nil {
		return p, wrong(ErrConflict, "%w", err)
	}
	row.Stage, row.ClosedBy, row.ClosedAt = stage.String(), scope.Actor, instantOf(r.config.Now())
	if err := r.put(proposalKey(id), row); err != nil {
		return p, fmt.Errorf("writing proposal %d: %w", id, err)
	}
	return r.proposalOf(id, &row)
}

// proposalRow reads the row of a proposal that scope takes.
func (r *Register) proposalRow(scope access.Scope, id uint64) (row proposalRow, err error) {
	key := proposalKey(id)
	value, found, err := r.config.Store.Get(key)
	if err == nil && found {
		err = decode(key, value, &row)
	}
	if err == nil && (!found || !scope.Takes(row.Principal, row.CallCentre)) {
		err = wrong(ErrUnknown, "there is no proposal %d", id)
	}
	return row, err
}

// proposalOf opens a row.
func (r *Register) proposalOf(id uint64, row *proposalRow) (access.Proposal, error) {
	fail := func(err error) (access.Proposal, error) {
		return access.Proposal{}, fmt.Errorf("proposal %d: %w", id, err)
	}
	text, err := r.config.Keys.OpenNote(row.Sealed, sealPurpose)
	if err != nil {
		return fail(err)
	}
	var part sealedPart
	if err := decode(proposalKey(id), text, &part); err != nil {
		return fail(err)
	}
	stage, err := parseStage(row.Stage)
	if err != nil || len(row.Digest) != len(access.Digest{}) || len(part.Nonce) != 16 {
		return fail(errors.Join(err, errors.New("the row is none of this program")))
	}
	p := access.Proposal{
		ID: id, Kind: row.Kind, Principal: row.Principal, CallCentre: row.CallCentre,
		Digest: access.Digest(row.Digest), Payload: part.Payload, Actor: row.Actor, Why: part.Why, At: row.At.time(),
		Stage: stage, ClosedBy: row.ClosedBy, ClosedAt: row.ClosedAt.time(), Result: row.Result,
	}
	if access.ProposalDigest(p.Kind, [16]byte(part.Nonce), p.Payload) != p.Digest {
		return fail(errors.New("its parameters are not those of its digest"))
	}
	p.Stage = p.StageAt(r.config.Now())
	return p, nil
}

func parseStage(text string) (access.Stage, error) {
	for s := access.Proposed; s <= access.Withdrawn; s++ {
		if s.String() == text {
			return s, nil
		}
	}
	return 0, fmt.Errorf("stage %q is none of this program", text)
}
