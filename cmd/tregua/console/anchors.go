package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
)

// Anchors says who outside has which checkpoint of the proof log.
type Anchors struct {
	Size    uint64        `json:"size" doc:"records that are in the log"`
	Dir     string        `json:"directory" doc:"of the node, where they are kept too"`
	Targets []AnchorState `json:"anchors"`
}

// AnchorState is how one of those outside does.
type AnchorState struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind" enum:"time stamp,witness,folder,webhook"`
	Size    uint64    `json:"size" doc:"records that his newest checkpoint is over; 0: he has none"`
	At      time.Time `json:"at,omitzero" doc:"when he saw it"`
	Trouble string    `json:"trouble,omitempty" doc:"why the last try failed"`
}

func (c *Console) anchorOperations(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "anchors", Method: http.MethodGet, Path: "/v1/ledger/anchors",
		Summary: "Who outside has which checkpoint of the proof log",
	}, access.Of(access.Admin, access.Auditor), c.anchors)
	operation(api, huma.Operation{
		OperationID: "anchor", Method: http.MethodPost, Path: "/v1/ledger/anchors",
		Summary: "Take the newest checkpoint out to all of them now",
		Errors:  []int{http.StatusConflict},
	}, access.Of(access.Admin, access.Auditor), c.anchor)
}

func (c *Console) anchors(ctx context.Context, scope access.Scope, _ *struct{}) (*body[Anchors], error) {
	return c.anchorsAfter(ctx, scope, false)
}

func (c *Console) anchor(ctx context.Context, scope access.Scope, _ *struct{}) (*body[Anchors], error) {
	return c.anchorsAfter(ctx, scope, true)
}

func (c *Console) anchorsAfter(ctx context.Context, scope access.Scope, now bool) (*body[Anchors], error) {
	a, err := c.config.Proof.Anchors(ctx, scope, now)
	if err != nil {
		return nil, c.answer("anchors", err)
	}
	a.Targets = orEmpty(a.Targets)
	return &body[Anchors]{a}, nil
}

// Anchors returns who outside has which checkpoint, after taking the newest one out to
// all of them if now is set.
func (c *Client) Anchors(ctx context.Context, now bool) (out Anchors, err error) {
	method := http.MethodGet
	if now {
		method = http.MethodPost
	}
	err = c.do(ctx, method, "/v1/ledger/anchors", nil, "", nil, &out)
	return out, err
}
