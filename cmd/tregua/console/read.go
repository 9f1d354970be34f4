package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"tregua/policy"
	"tregua/policy/access"
)

// Counter is one counter of the node.
type Counter struct {
	Name  string `json:"name"`
	Value uint64 `json:"value"`
}

// Status is the state of the node.
type Status struct {
	Version    string    `json:"version"`
	Node       string    `json:"node"`
	NodeID     uint16    `json:"node_id"`
	Started    time.Time `json:"started"`
	Generation uint64    `json:"generation" doc:"of the business data in force"`
	Calls      *int      `json:"calls,omitempty" doc:"open now on the whole node; left out for who may not see it whole"`
	Ready      bool      `json:"ready" doc:"calls are taken"`
	Why        string    `json:"why,omitempty" doc:"why they are not"`
	Trunks     []string  `json:"trunks"`
}

func (c *Console) readOperations(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "lookup", Method: http.MethodGet, Path: "/v1/lookup/{number}",
		Summary: "Everything known of a number, and what would become of a call now",
		Errors:  []int{http.StatusUnprocessableEntity},
	}, readers, c.lookup)
	operation(api, huma.Operation{
		OperationID: "attempt", Method: http.MethodGet, Path: "/v1/attempts/{id}",
		Summary: "The record of one attempt",
		Errors:  []int{http.StatusNotFound},
	}, readers, c.attempt)
	operation(api, huma.Operation{
		OperationID: "attempts", Method: http.MethodGet, Path: "/v1/attempts",
		Summary: "Records, newest first",
		Errors:  []int{http.StatusUnprocessableEntity},
	}, readers, c.attempts)
	operation(api, huma.Operation{
		OperationID: "counters", Method: http.MethodGet, Path: "/v1/counters", Summary: "The counters of the store",
	}, everybody, c.counters)
	operation(api, huma.Operation{
		OperationID: "status", Method: http.MethodGet, Path: "/v1/status", Summary: "The state of the node",
	}, everybody, c.status)
}

type attemptInput struct {
	ID string `path:"id" doc:"the attempt id, which the dialer sees as decision id"`
}

func (c *Console) attempt(ctx context.Context, scope access.Scope, in *attemptInput) (*body[Record], error) {
	id, err := uuid.Parse(in.ID)
	if err != nil || len(in.ID) != 36 {
		return nil, huma.Error422UnprocessableEntity("no attempt id; it has the form 01890a5d-ac96-774b-bcce-b302099a8057")
	}
	r, found, err := c.config.Records.Attempt(ctx, scope, policy.AttemptID(id))
	if err != nil {
		return nil, c.answer("attempt", err)
	}
	if !found {
		return nil, huma.Error404NotFound("there is no attempt " + in.ID)
	}
	if err := c.config.Register.Read(scope, "attempt", 1, r.Attempt.Called); err != nil {
		return nil, c.answer("attempt", err)
	}
	out, err := c.record(ctx, scope, &r)
	if err != nil {
		return nil, c.answer("attempt", err)
	}
	if out.Amendments, err = c.config.Records.Amendments(ctx, scope, r.Attempt.ID); err != nil {
		return nil, c.answer("attempt", err)
	}
	return &body[Record]{out}, nil
}

type attemptsInput struct {
	Number string    `query:"number" maxLength:"64" doc:"called number as people write it"`
	CallID string    `query:"call_id" maxLength:"1024"`
	Since  time.Time `query:"since" doc:"received at or after (RFC 3339)"`
	Until  time.Time `query:"until" doc:"received before (RFC 3339)"`
	Limit  int       `query:"limit" default:"100" minimum:"1" maximum:"10000"`
}

func (c *Console) attempts(ctx context.Context, scope access.Scope, in *attemptsInput) (*body[[]Record], error) {
	q := Query{CallID: in.CallID, Since: in.Since, Until: in.Until, Limit: in.Limit}
	if in.Number != "" {
		n, err := c.config.Book.Names(scope).Number(in.Number)
		if err != nil {
			return nil, huma.Error422UnprocessableEntity(err.Error())
		}
		q.Number = n
	}
	records, err := c.config.Records.Attempts(ctx, scope, q)
	if err != nil {
		return nil, c.answer("attempts", err)
	}
	numbers := []policy.Number{q.Number}
	for i := range records {
		numbers = append(numbers, records[i].Attempt.Called)
	}
	if err := c.config.Register.Read(scope, "attempts", len(records), numbers...); err != nil {
		return nil, c.answer("attempts", err)
	}
	out, err := c.records(ctx, scope, records)
	if err != nil {
		return nil, c.answer("attempts", err)
	}
	return &body[[]Record]{out}, nil
}

func (c *Console) counters(ctx context.Context, scope access.Scope, _ *struct{}) (*body[[]Counter], error) {
	counters, err := c.config.Records.Counters(ctx, scope)
	if err != nil {
		return nil, c.answer("counters", err)
	}
	return &body[[]Counter]{orEmpty(counters)}, nil
}

func (c *Console) status(_ context.Context, scope access.Scope, _ *struct{}) (*body[Status], error) {
	s := c.config.Node.Status(scope)
	s.Trunks = orEmpty(s.Trunks)
	if err := c.config.Node.Ready(); err != nil {
		s.Why = err.Error()
	} else {
		s.Ready = true
	}
	return &body[Status]{s}, nil
}
