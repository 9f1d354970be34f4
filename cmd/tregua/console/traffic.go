package console

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
	"tregua/policy/handoff"
)

// Traffic is the hourly traffic of principals.
type Traffic struct {
	From  time.Time      `json:"from,omitzero" doc:"attempts received at or after"`
	To    time.Time      `json:"to,omitzero" doc:"and before"`
	Hours []handoff.Hour `json:"hours" doc:"those with attempts, by hour and principal"`
}

// TrafficQuery chooses the attempts; zero fields choose all.
type TrafficQuery struct {
	From, To  time.Time // received at or after, and before
	Principal string
}

func (c *Console) trafficOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "traffic", Method: http.MethodGet, Path: "/v1/traffic",
		Summary:     "Attempts and what became of them, by hour and principal",
		Description: "Reads the ledger.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, everybody, c.traffic)
}

type trafficInput struct {
	From      time.Time `query:"from" doc:"received at or after (RFC 3339)"`
	To        time.Time `query:"to" doc:"received before (RFC 3339)"`
	Principal string    `query:"principal" maxLength:"63"`
}

func (c *Console) traffic(ctx context.Context, scope access.Scope, in *trafficInput) (*body[Traffic], error) {
	if !in.To.IsZero() && !in.From.Before(in.To) {
		return nil, huma.Error422UnprocessableEntity("from is not before to; nothing would be counted")
	}
	q := TrafficQuery{From: in.From, To: in.To, Principal: in.Principal}
	hours, err := c.config.Records.Traffic(ctx, scope, q)
	if err != nil {
		return nil, c.answer("traffic", err)
	}
	return &body[Traffic]{Traffic{From: q.From, To: q.To, Hours: hours}}, nil
}

// Traffic returns the hourly traffic of principals.
func (c *Client) Traffic(ctx context.Context, q TrafficQuery) (out Traffic, err error) {
	query := url.Values{}
	for key, at := range map[string]time.Time{"from": q.From, "to": q.To} {
		if !at.IsZero() {
			query.Set(key, at.Format(time.RFC3339Nano))
		}
	}
	if q.Principal != "" {
		query.Set("principal", q.Principal)
	}
	err = c.do(ctx, http.MethodGet, "/v1/traffic", query, "", nil, &out)
	return out, err
}
