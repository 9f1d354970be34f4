package console

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/ledger"
)

// Keeper ends what is personal of records when its term is over, and keeps what an
// authority orders to be kept.
type Keeper interface {
	// Purge takes what is due now; a dry run says what it would take.
	Purge(ctx context.Context, scope access.Scope, dryRun bool) ([]ledger.Purge, error)
	LegalHolds(scope access.Scope) ([]LegalHold, error)
	// LayHold returns when no purge and no erasure takes what the hold covers.
	LayHold(ctx context.Context, scope access.Scope, h LegalHold) (LegalHold, error)
	LiftHold(ctx context.Context, scope access.Scope, id policy.AttemptID, reason string) error
}

// LegalHold keeps records from purges and erasures. It does not stop calls.
type LegalHold struct {
	ID       string    `json:"id" readOnly:"true"`
	Order    string    `json:"order" minLength:"1" maxLength:"200" doc:"reference of who ordered it, without a number of a person"`
	Number   string    `json:"number,omitempty" maxLength:"64" doc:"as people write it; every one if not given"`
	Campaign string    `json:"campaign,omitempty" maxLength:"129" doc:"principal/campaign; every one if not given"`
	From     time.Time `json:"from,omitzero" doc:"attempts from then on"`
	To       time.Time `json:"to,omitzero" doc:"attempts before then"`
	Until    time.Time `json:"until,omitzero" doc:"when it ends by itself; if not given, when it is lifted"`
	At       time.Time `json:"at,omitzero" readOnly:"true"`
	Actor    string    `json:"actor" readOnly:"true"`

	Gone []ledger.Gone `json:"gone,omitempty" readOnly:"true" doc:"when it is laid: what purges took before of that time, whomever the records were about"`
}

func (c *Console) keepOperations(api huma.API) {
	mend := []int{http.StatusNotFound, http.StatusUnprocessableEntity}
	operation(api, huma.Operation{
		OperationID: "purge", Method: http.MethodPost, Path: "/v1/ledger/purge",
		Summary: "End what is personal of records whose term is over; each day does so by itself",
	}, access.Of(access.Admin), c.purge)
	operation(api, huma.Operation{
		OperationID: "legal-holds", Method: http.MethodGet, Path: "/v1/ledger/holds",
		Summary: "The legal holds, which keep records from purges and erasures",
	}, access.Of(access.Admin, access.Auditor), c.legalHolds)
	operation(api, huma.Operation{
		OperationID: "legal-hold-lay", Method: http.MethodPost, Path: "/v1/ledger/holds",
		Summary: "Keep records of a number, a campaign or a period", Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity},
	}, access.Of(access.Admin), c.layHold)
	operation(api, huma.Operation{
		OperationID: "legal-hold-lift", Method: http.MethodPost, Path: "/v1/ledger/holds/{id}/lift",
		Summary: "End a legal hold", Errors: mend,
	}, access.Of(access.Admin), c.liftHold)
}

type purgeInput struct {
	Body struct {
		DryRun bool `json:"dry_run,omitempty" doc:"say what would be taken, and take nothing"`
	}
}

func (c *Console) purge(ctx context.Context, scope access.Scope, in *purgeInput) (*body[[]ledger.Purge], error) {
	took, err := c.config.Keeper.Purge(ctx, scope, in.Body.DryRun)
	if err != nil {
		return nil, c.answer("purge", err)
	}
	return &body[[]ledger.Purge]{orEmpty(took)}, nil
}

func (c *Console) legalHolds(_ context.Context, scope access.Scope, _ *struct{}) (*body[[]LegalHold], error) {
	holds, err := c.config.Keeper.LegalHolds(scope)
	names := c.config.Book.Names(scope)
	var numbers []policy.Number
	for i := range holds {
		if n, err := names.Number(holds[i].Number); err == nil { // not every hold has one
			numbers = append(numbers, n)
		}
	}
	if err == nil {
		err = c.config.Register.Read(scope, "legal-holds", len(holds), numbers...)
	}
	if err != nil {
		return nil, c.answer("legal-holds", err)
	}
	return &body[[]LegalHold]{orEmpty(holds)}, nil
}

type layInput struct {
	Body LegalHold
}

func (c *Console) layHold(ctx context.Context, scope access.Scope, in *layInput) (*body[LegalHold], error) {
	h := in.Body
	if h.Number == "" && h.Campaign == "" && h.From.IsZero() && h.To.IsZero() {
		return nil, huma.Error422UnprocessableEntity("the hold covers nothing: give a number, a campaign or a period")
	}
	if !h.From.IsZero() && !h.To.IsZero() && !h.From.Before(h.To) {
		return nil, huma.Error422UnprocessableEntity("the period ends before it begins: give a to after from")
	}
	h, err := c.config.Keeper.LayHold(ctx, scope, h)
	if err != nil {
		return nil, c.answer("legal-hold-lay", err)
	}
	return &body[LegalHold]{h}, nil
}

type liftInput struct {
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"why, without a number; it is kept for ever"`
	}
}

func (c *Console) liftHold(ctx context.Context, scope access.Scope, in *liftInput) (*struct{}, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, huma.Error422UnprocessableEntity(err.Error())
	}
	if err := c.config.Keeper.LiftHold(ctx, scope, policy.AttemptID(id), in.Body.Reason); err != nil {
		return nil, c.answer("legal-hold-lift", err)
	}
	return nil, nil //nolint:nilnil // an answer without a body
}

// Purge takes what is due now; a dry run says what it would take.
func (c *Client) Purge(ctx context.Context, dryRun bool) (out []ledger.Purge, err error) {
	in := purgeInput{}
	in.Body.DryRun = dryRun
	err = c.post(ctx, "/v1/ledger/purge", in.Body, &out)
	return out, err
}

// LegalHolds returns those that stand, oldest first.
func (c *Client) LegalHolds(ctx context.Context) (out []LegalHold, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/ledger/holds", nil, "", nil, &out)
	return out, err
}

// LayHold lays a legal hold.
func (c *Client) LayHold(ctx context.Context, h LegalHold) (out LegalHold, err error) {
	err = c.post(ctx, "/v1/ledger/holds", h, &out)
	return out, err
}

// LiftHold ends a legal hold.
func (c *Client) LiftHold(ctx context.Context, id, reason string) error {
	in := liftInput{}
	in.Body.Reason = reason
	return c.post(ctx, "/v1/ledger/holds/"+url.PathEscape(id)+"/lift", in.Body, nil)
}
