package console

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
	"tregua/policy/access/register"
)

// Access is an access record: who read numbers.
type Access struct {
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Role    string    `json:"role"`
	Scope   string    `json:"scope" doc:"whose data the actor may see"`
	Kind    string    `json:"operation"`
	Rows    uint64    `json:"rows" doc:"how many records or rows were shown"`
	Numbers []string  `json:"numbers,omitempty" doc:"the indexes of the numbers, not the numbers"`
}

// AccessQuery chooses access records; zero fields choose all.
type AccessQuery struct {
	Actor  string
	Number string // as people write it
	Since  time.Time
	Limit  int
}

func (c *Console) accessOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "access", Method: http.MethodGet, Path: "/v1/access",
		Summary:     "Who read numbers, newest first",
		Description: "Each lookup, record, query and export leaves one before it is answered (Garante, provv. 27 Nov 2008).",
		Errors:      []int{http.StatusUnprocessableEntity},
	}, access.Of(access.Admin, access.Auditor), c.access)
}

type accessInput struct {
	Actor  string    `query:"actor" maxLength:"200"`
	Number string    `query:"number" maxLength:"64" doc:"only who read this number, as people write it"`
	Since  time.Time `query:"since" doc:"at or after (RFC 3339)"`
	Limit  int       `query:"limit" default:"100" minimum:"1" maximum:"10000"`
}

func (c *Console) access(_ context.Context, scope access.Scope, in *accessInput) (*body[[]Access], error) {
	q := register.ReadQuery{Actor: in.Actor, Since: in.Since, Limit: in.Limit}
	if in.Number != "" {
		n, err := c.config.Book.Names(scope).Number(in.Number)
		if err != nil {
			return nil, huma.Error422UnprocessableEntity(err.Error())
		}
		q.Number = n
	}
	list, err := c.config.Register.Reads(scope, q)
	if err != nil {
		return nil, c.answer("access", err)
	}
	out := accessOf(list)
	for i, r := range list {
		for _, h := range r.Numbers {
			out[i].Numbers = append(out[i].Numbers, hex.EncodeToString(h[:]))
		}
	}
	return &body[[]Access]{out}, nil
}
