package console

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
)

// Proposal is an operation that waits for a second person, or did. What, Why
// and Digest are in the answer to the one who asks for this proposal alone.
type Proposal struct {
	ID         uint64    `json:"id"`
	Kind       string    `json:"kind"`
	Stage      string    `json:"stage" doc:"proposed, confirmed, done, failed, withdrawn or expired; confirmed: it was cut off while it was done"`
	Principal  string    `json:"principal,omitempty"`
	CallCentre string    `json:"call_centre,omitempty"`
	Actor      string    `json:"actor" doc:"who proposed it"`
	At         time.Time `json:"at"`
	Expires    time.Time `json:"expires"`
	ClosedBy   string    `json:"closed_by,omitempty" doc:"who confirmed or withdrew it"`
	ClosedAt   time.Time `json:"closed_at,omitzero"`
	Result     string    `json:"result,omitempty"`
	What       string    `json:"what,omitempty" doc:"what will be done"`
	Why        string    `json:"why,omitempty"`
	Digest     string    `json:"digest,omitempty" doc:"of the exact parameters; who confirms sends it back"`
}

// proposed answers an operation that has not taken effect yet.
type proposed struct {
	Status int
	Body   Proposal
}

func newProposed(p *access.Proposal) *proposed {
	return &proposed{http.StatusAccepted, proposalOf(p)}
}

func proposalOf(p *access.Proposal) Proposal {
	return Proposal{
		ID: p.ID, Kind: p.Kind, Stage: p.Stage.String(), Principal: p.Principal, CallCentre: p.CallCentre,
		Actor: p.Actor, At: p.At, Expires: p.Expires(), ClosedBy: p.ClosedBy, ClosedAt: p.ClosedAt, Result: p.Result,
	}
}

// persons are who may propose or confirm; what they may confirm is said by the
// deed.
var persons = access.Of(access.Admin, access.Compliance, access.Supervisor)

func (c *Console) proposalOperations(api huma.API) {
	c.blacklistRemoval(api)
	operation(api, huma.Operation{
		OperationID: "proposals", Method: http.MethodGet, Path: "/v1/proposals",
		Summary: "What waits for a second person, and what did, newest first",
	}, persons|access.Of(access.Auditor), c.proposals)
	operation(api, huma.Operation{
		OperationID: "proposal", Method: http.MethodGet, Path: "/v1/proposals/{id}",
		Summary: "One proposal, with its parameters and the digest that confirms it",
		Errors:  []int{http.StatusNotFound},
	}, persons|access.Of(access.Auditor), c.proposal)
	operation(api, huma.Operation{
		OperationID: "proposal-confirm", Method: http.MethodPost, Path: "/v1/proposals/{id}/confirm",
		Summary:     "Do what another person proposed",
		Description: "It is done once. Nobody confirms their own proposal.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity},
	}, persons, c.confirm)
	operation(api, huma.Operation{
		OperationID: "proposal-withdraw", Method: http.MethodPost, Path: "/v1/proposals/{id}/withdraw",
		Summary: "End a proposal that nobody has confirmed",
		Errors:  []int{http.StatusNotFound, http.StatusConflict},
	}, persons, c.withdraw)
}

func (c *Console) proposals(_ context.Context, scope access.Scope, _ *struct{}) (*body[[]Proposal], error) {
	list, err := c.config.Register.Proposals(scope)
	if err != nil {
		return nil, c.answer("proposals", err)
	}
	out := make([]Proposal, len(list))
	for i := range list {
		out[i] = proposalOf(&list[i])
	}
	return &body[[]Proposal]{out}, nil
}

type proposalInput struct {
	ID uint64 `path:"id" minimum:"1"`
}

func (c *Console) proposal(_ context.Context, scope access.Scope, in *proposalInput) (*body[Proposal], error) {
	p, err := c.config.Register.Proposal(scope, in.ID)
	if err != nil {
		return nil, c.answer("proposal", registerError(err))
	}
	d, err := c.deed(p.Kind)
	if err != nil {
		return nil, c.answer("proposal", err)
	}
	// Parameters may name a number, which an admin does not read.
	if err := scope.May("the reading of "+p.Kind, d.confirm|readers); err != nil {
		return nil, huma.Error403Forbidden(err.Error())
	}
	out := proposalOf(&p)
	text, number, err := d.text(p.Payload)
	if err != nil {
		return nil, c.answer("proposal", err)
	}
	if err := c.config.Register.Read(scope, "proposal", 1, number); err != nil {
		return nil, c.answer("proposal", err)
	}
	out.What, out.Why, out.Digest = text, p.Why, hex.EncodeToString(p.Digest[:])
	return &body[Proposal]{out}, nil
}

type confirmInput struct {
	ID   uint64 `path:"id" minimum:"1"`
	Body struct {
		Digest string `json:"digest" pattern:"^[0-9a-f]{64}$" doc:"what the proposal was when you looked at it"`
	}
}

func (c *Console) confirm(ctx context.Context, scope access.Scope, in *confirmInput) (*body[Proposal], error) {
	var digest access.Digest
	if _, err := hex.Decode(digest[:], []byte(in.Body.Digest)); err != nil {
		return nil, huma.Error422UnprocessableEntity("digest: " + err.Error())
	}
	// Who asked and who is gone meanwhile must not leave a deed half done.
	ctx = context.WithoutCancel(ctx)
	p, err := c.config.Register.Proposal(scope, in.ID)
	if err != nil {
		return nil, c.answer("proposal-confirm", registerError(err))
	}
	d, err := c.deed(p.Kind)
	if err != nil {
		return nil, c.answer("proposal-confirm", err)
	}
	if err := scope.May("the confirmation of "+p.Kind, d.confirm); err != nil {
		return nil, huma.Error403Forbidden(err.Error())
	}
	p, err = c.config.Register.Confirm(scope, in.ID, digest, func(p access.Proposal) (string, error) {
		return d.run(ctx, couple{p.Actor, scope}, p.Payload)
	})
	if err != nil {
		return nil, c.answer("proposal-confirm", registerError(err))
	}
	c.log.Info("a second person confirmed an operation", "proposal", p.ID, "kind", p.Kind, "actor", p.Actor, "second", scope.Actor)
	return &body[Proposal]{proposalOf(&p)}, nil
}

func (c *Console) withdraw(_ context.Context, scope access.Scope, in *proposalInput) (*body[Proposal], error) {
	p, err := c.config.Register.Proposal(scope, in.ID)
	if err == nil && p.Actor != scope.Actor {
		var d deed
		if d, err = c.deed(p.Kind); err == nil && scope.May("", d.confirm) != nil {
			err = &Mistake{http.StatusForbidden, errors.New("proposal " + strconv.FormatUint(in.ID, 10) +
				" is withdrawn by who made it, or by " + d.confirm.String())}
		}
	}
	if err == nil {
		p, err = c.config.Register.Withdraw(scope, in.ID)
	}
	if err != nil {
		return nil, c.answer("proposal-withdraw", registerError(err))
	}
	return &body[Proposal]{proposalOf(&p)}, nil
}
