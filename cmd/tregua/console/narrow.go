package console

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"tregua/policy"
	"tregua/policy/access"
)

// readers are who may read numbers.
var readers = access.Of(access.Compliance, access.Supervisor, access.Auditor, access.System)

// record words a record for who asks.
func (c *Console) record(ctx context.Context, scope access.Scope, r *policy.Record) (Record, error) {
	out := recordOf(r)
	out.Decision.Law = c.law(r.Attempt.Profile, &r.Decision)
	c.basis(r.Attempt.Profile, out.Decision.Trail)
	out.Facts.Sources = c.sources(scope, &r.Facts)
	out.Facts.ListedSource = sourceFor(scope, out.Facts.ListedSource)
	out.Facts.Rings = ringsFor(scope, out.Facts.Rings)
	if scope.CallCentre != "" {
		out.Facts.List.Provider = 0
	}
	var err error
	if out.Dispositions, err = c.config.Dispositions.DispositionsOf(r.Attempt.ID); err != nil {
		return out, err
	}
	if scope.CallCentre != "" { // who at the principal, perhaps
		for i := range out.Dispositions {
			out.Dispositions[i].Actor = ""
		}
	}
	return out, c.narrowBar(ctx, scope, &out.Facts.Bar)
}

func (c *Console) records(ctx context.Context, scope access.Scope, records []policy.Record) ([]Record, error) {
	out := make([]Record, len(records))
	for i := range records {
		var err error
		if out[i], err = c.record(ctx, scope, &records[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// narrow takes from a page what is told of others by the facts of the scope's
// own campaigns.
func (c *Console) narrow(ctx context.Context, scope access.Scope, p *Page) error {
	for i := range p.Bars {
		if err := c.narrowBar(ctx, scope, &p.Bars[i].Bar); err != nil {
			return err
		}
	}
	for i := range p.Reached {
		p.Reached[i].Rings = ringsFor(scope, p.Reached[i].Rings)
	}
	for i := range p.People {
		p.People[i].History = narrowPerson(scope, p.People[i].Known, p.People[i].History)
	}
	for i := range p.Lists {
		narrowList(scope, &p.Lists[i])
	}
	for i := range p.Blacklist {
		p.Blacklist[i].Source = sourceFor(scope, p.Blacklist[i].Source)
	}
	for i := range p.Registry {
		p.Registry[i].Source = sourceFor(scope, p.Registry[i].Source)
	}
	for i := range p.Consents {
		p.Consents[i].Source = sourceFor(scope, p.Consents[i].Source)
	}
	return nil
}

// narrowPerson takes from what a principal knows of a person who told it: a call
// centre may read the rest, of those whom it calls for.
func narrowPerson(scope access.Scope, known []PersonLine, history []SaidLine) []SaidLine {
	if scope.CallCentre == "" {
		return history
	}
	for i := range known {
		known[i].Source = sourceFor(scope, known[i].Source)
	}
	return []SaidLine{}
}

// narrowBar hides whose silent call left a bar, and when it was, unless the
// call lies in the scope: a bar binds the call centre and the principal of the
// call, and so others with whom they work (compliance.md 1.10).
func (c *Console) narrowBar(ctx context.Context, scope access.Scope, b *Bar) error {
	if b.Of == "" || scope.Whole() {
		return nil
	}
	id, err := uuid.Parse(b.Of)
	if err != nil {
		return err
	}
	_, found, err := c.config.Records.Attempt(ctx, scope, policy.AttemptID(id))
	if err == nil && !found {
		b.Of, b.Since = "", time.Time{}
	}
	return err
}

// ringsFor hides what reached a person from a call centre: it counts the calls
// of all that the principal has.
func ringsFor(scope access.Scope, r Rings) Rings {
	if scope.CallCentre == "" {
		return r
	}
	return Rings{Known: r.Known}
}

// sourceFor cuts from where a fact came who entered it and how their file was
// called: a call centre has to do with what its principals know, not with who
// told them, another call centre perhaps. "entry 4 by x", "import 7 dnc.csv",
// "entered by x".
func sourceFor(scope access.Scope, source string) string {
	if scope.CallCentre == "" {
		return source
	}
	what, _, _ := strings.Cut(source, " by ")
	words := strings.Fields(what)
	return strings.TrimSuffix(strings.Join(words[:min(len(words), 2)], " "), ",")
}
