package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
)

// GateCount is silent calls and connected ones: class A and class B.
type GateCount struct {
	Silent    int `json:"silent"`
	Connected int `json:"connected"`
}

// Team is how the calls of a campaign at a call centre pass by the ratio gate.
type Team struct {
	Campaign   string    `json:"campaign"`
	CallCentre string    `json:"call_centre"`
	Total      GateCount `json:"total" doc:"of the campaign"`
	Today      GateCount `json:"today" doc:"of the campaign"`
	Group      GateCount `json:"group" doc:"of all campaigns of its ratio group"`
	Credit     int       `json:"credit" doc:"silent calls that the law still allows; below 0 a debt"`
	Bound      string    `json:"bound" doc:"which count that is: campaign, group, day, group_day"`
	Needed     int       `json:"needed" doc:"connected calls until another silent one is allowed; 0: one is"`
	Level      string    `json:"level" doc:"free, tight, one_to_one, probing"`
	Free       int       `json:"free" doc:"operators proven free"`
	Talking    int       `json:"talking"`
	InFlight   int       `json:"in_flight" doc:"calls let through that no operator has joined"`
	Waiting    int       `json:"waiting" doc:"calls that are held"`
	WrapMS     int64     `json:"wrap_ms" doc:"what its operators are presumed to need between two calls"`
	Declared   int       `json:"declared" doc:"operators that somebody declared; 0: nobody did, or a silent call disproved it"`
	LastAsked  time.Time `json:"last_asked,omitzero" doc:"when its last call asked for a place; absent: none did since the start"`
}

// Idle reports whether nobody has called for it since the start.
func (t *Team) Idle() bool { return t.LastAsked.IsZero() && t.Talking+t.InFlight == 0 }

// Operators is how many operators were declared for a campaign.
type Operators struct {
	Campaign  string `json:"campaign"`
	Operators int    `json:"operators"`
}

// GateSaw is what the ratio gate saw when an attempt asked for a place.
type GateSaw struct {
	Campaign GateCount `json:"campaign"`
	Today    GateCount `json:"today" doc:"of the campaign"`
	Group    GateCount `json:"group"`
	Credit   int       `json:"credit" doc:"silent calls that the law still allowed"`
	Bound    string    `json:"bound" doc:"which count that is: campaign, group, day, group_day"`
	Level    string    `json:"level"`
	Free     int       `json:"free" doc:"operators proven free"`
	Talking  int       `json:"talking"`
	InFlight int       `json:"in_flight"`
	HeldMS   int64     `json:"held_ms"`
	Place    string    `json:"place" doc:"the right by which it went: none, operator, declared, credit, probe, reserved, pledged"`
}

func gateCountOf(c policy.GateCount) GateCount { return GateCount{Silent: c.A, Connected: c.B} }

func gateSawOf(g *policy.GateFact) *GateSaw {
	if g.Known != policy.Present || g.Place == policy.PlaceUnasked {
		return nil
	}
	return &GateSaw{
		Campaign: gateCountOf(g.Campaign), Today: gateCountOf(g.Day), Group: gateCountOf(g.Group), Credit: g.Credit, Bound: g.Bound.String(),
		Level: g.Level.String(), Free: g.Free, Talking: g.Talking, InFlight: g.InFlight, HeldMS: g.Held.Milliseconds(), Place: g.Place.String(),
	}
}

func (c *Console) gatesOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "gates", Method: http.MethodGet, Path: "/v1/gates",
		Summary: "How each campaign stands at the ratio gate, of those that have called or declare operators",
	}, everybody, func(ctx context.Context, scope access.Scope, _ *struct{}) (*body[[]Team], error) {
		teams, err := c.config.Node.Gates(ctx, scope)
		if err != nil {
			return nil, c.answer("gates", err)
		}
		return &body[[]Team]{orEmpty(teams)}, nil
	})
	operation(api, huma.Operation{
		OperationID: "campaign-operators", Method: http.MethodPost, Path: "/v1/campaigns/{principal}/{campaign}/operators",
		Summary:     "Declare how many operators a campaign has now",
		Description: "The ratio gate believes it until the first silent call. It holds until the next restart, or until somebody declares another number.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Admin, access.Compliance, access.Supervisor, access.System), c.declareOperators)
}

type operatorsInput struct {
	Principal string `path:"principal" maxLength:"64"`
	Campaign  string `path:"campaign" maxLength:"64"`
	Body      struct {
		Operators int `json:"operators" minimum:"0" maximum:"10000" doc:"0: none is declared any more"`
	}
}

func (c *Console) declareOperators(_ context.Context, scope access.Scope, in *operatorsInput) (*body[Operators], error) {
	o := Operators{in.Principal + "/" + in.Campaign, in.Body.Operators}
	if err := c.config.Node.DeclareOperators(scope, o.Campaign, o.Operators); err != nil {
		return nil, c.answer("campaign-operators", err)
	}
	return &body[Operators]{o}, nil
}

// Gates returns how each campaign stands at the ratio gate.
func (c *Client) Gates(ctx context.Context) (out []Team, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/gates", nil, "", nil, &out)
	return out, err
}

// DeclareOperators says how many operators the campaign "principal/campaign" has now.
func (c *Client) DeclareOperators(ctx context.Context, campaign string, n int) (out Operators, err error) {
	principal, slug, _ := strings.Cut(campaign, "/")
	address := "/v1/campaigns/" + url.PathEscape(principal) + "/" + url.PathEscape(slug) + "/operators"
	err = c.post(ctx, address, map[string]any{"operators": n}, &out)
	return out, err
}
