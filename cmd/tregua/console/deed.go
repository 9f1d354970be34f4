package console

import (
	"context"
	"encoding/json"
	"fmt"

	"tregua/policy"
	"tregua/policy/access"
)

// deed is an operation that needs two persons: one proposes it, and when
// another confirms exactly that, it is done. A new one is a line in
// [Console.deeds] and an operation that calls [Console.propose].
type deed struct {
	kind    string       // "blacklist.remove"
	confirm access.Roles // who may confirm it; a program is no person
	// text tells people what will be done, with the number that it names.
	text func(payload []byte) (string, policy.Number, error)
	// run does it and says what came of it, without a number: that is kept.
	run func(ctx context.Context, by couple, payload []byte) (string, error)
}

// couple is who proposed a deed and the scope of who confirmed it.
type couple struct {
	first  string
	second access.Scope
}

// both is the scope of the second, with the names of both.
func (c couple) both() access.Scope {
	scope := c.second
	scope.Actor = c.first + ", confirmed by " + c.second.Actor
	return scope
}

// deedOf makes a deed whose parameters are a P, which is kept as JSON.
func deedOf[P any](kind string, confirm access.Roles, text func(P) (string, policy.Number),
	run func(context.Context, couple, P) (string, error),
) deed {
	read := func(payload []byte) (p P, err error) {
		if err = json.Unmarshal(payload, &p); err != nil {
			err = fmt.Errorf("the parameters of %s: %w", kind, err)
		}
		return p, err
	}
	return deed{
		kind: kind, confirm: confirm,
		text: func(payload []byte) (string, policy.Number, error) {
			p, err := read(payload)
			if err != nil {
				return "", 0, err
			}
			t, n := text(p)
			return t, n, nil
		},
		run: func(ctx context.Context, by couple, payload []byte) (string, error) {
			p, err := read(payload)
			if err != nil {
				return "", err
			}
			return run(ctx, by, p)
		},
	}
}

// deeds are the operations that need two persons (compliance.md 1.9).
func (c *Console) deeds() []deed {
	return []deed{
		deedOf("blacklist.remove", access.Of(access.Compliance), removal.text, c.removeListed),
		deedOf(loosening, setters, Mode.text, c.loosen),
		deedOf("list.approve", access.Of(access.Compliance), approval.text, c.approveListed),
		deedOf("campaign.service", access.Of(access.Compliance), service.text, c.approveService),
	}
}

// deed returns the deed of a kind.
func (c *Console) deed(kind string) (deed, error) {
	for _, d := range c.deeds() {
		if d.kind == kind {
			return d, nil
		}
	}
	return deed{}, fmt.Errorf("a proposal of kind %q, which this program does not know: use the newer program", kind)
}

// owner is whose data a proposal concerns; the zero value is everybody's.
type owner struct{ principal, callCentre string }

// propose writes a proposal of a kind and answers with it.
func (c *Console) propose(scope access.Scope, kind string, of owner, why string, params any) (*proposed, error) {
	payload, err := json.Marshal(params)
	if err != nil {
		return nil, c.answer(kind, err)
	}
	p, err := c.config.Register.Propose(scope, kind, of.principal, of.callCentre, payload, why)
	if err != nil {
		return nil, c.answer(kind, registerError(err))
	}
	c.log.Info("an operation waits for a second person", "proposal", p.ID, "kind", kind, "actor", scope.Actor)
	return newProposed(&p), nil
}
