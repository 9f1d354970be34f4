package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
)

// Mode is how far a trunk, or a rule, is enforced.
type Mode struct {
	Trunk   string    `json:"trunk,omitempty" doc:"absent: every trunk, of a rule"`
	Rule    string    `json:"rule,omitempty" doc:"absent: the trunk as a whole"`
	Mode    string    `json:"mode" enum:"enforce,shadow,bypass"`
	Percent float64   `json:"percent,omitempty" doc:"of an enforced rule: for how many of the numbers"`
	Until   time.Time `json:"until,omitzero" doc:"of a bypass"`
	At      time.Time `json:"at,omitzero" doc:"when it was set; absent: the config file says so"`
	Actor   string    `json:"actor,omitempty"`
	Why     string    `json:"why,omitempty"`
}

// ModeSet is a mode that was put in force.
type ModeSet struct {
	Generation uint64 `json:"generation" doc:"the one that has it"`
	Mode
}

// Modes is where the modes of trunks and rules are kept.
type Modes interface {
	// Modes returns those of rules that were set, then that of every trunk, as far
	// as the scope goes.
	Modes(scope access.Scope) []Mode
	// SetMode returns when the mode is in force.
	SetMode(ctx context.Context, scope access.Scope, m Mode) (ModeSet, error)
}

func (c *Console) modeOperations(api huma.API) {
	setters := access.Of(access.Admin, access.Compliance)
	operation(api, huma.Operation{
		OperationID: "modes", Method: http.MethodGet, Path: "/v1/modes",
		Summary: "How far trunks and rules are enforced, and who said so",
	}, everybody, c.modes)
	operation(api, huma.Operation{
		OperationID: "trunk-mode", Method: http.MethodPut, Path: "/v1/trunks/{trunk}/mode",
		Summary: "Enforce the rules on a trunk, judge in shadow, or bypass them for some hours",
		Errors:  []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, setters, c.trunkMode)
	operation(api, huma.Operation{
		OperationID: "rule-mode", Method: http.MethodPut, Path: "/v1/rules/{rule}/mode",
		Summary: "Enforce one rule for a share of the numbers; none is shadow",
		Errors:  []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, setters, c.ruleMode)
}

func (c *Console) modes(_ context.Context, scope access.Scope, _ *struct{}) (*body[[]Mode], error) {
	return &body[[]Mode]{orEmpty(c.config.Modes.Modes(scope))}, nil
}

type trunkModeInput struct {
	Trunk string `path:"trunk" maxLength:"63"`
	Body  struct {
		Mode  string    `json:"mode" enum:"enforce,shadow,bypass"`
		Until time.Time `json:"until,omitzero" doc:"when a bypass ends (RFC 3339)"`
		Why   string    `json:"why" minLength:"1" maxLength:"1000"`
	}
}

func (c *Console) trunkMode(ctx context.Context, scope access.Scope, in *trunkModeInput) (*body[ModeSet], error) {
	return c.setMode(ctx, scope, "trunk-mode", Mode{Trunk: in.Trunk, Mode: in.Body.Mode, Until: in.Body.Until, Why: in.Body.Why})
}

type ruleModeInput struct {
	Rule string `path:"rule" maxLength:"63"`
	Body struct {
		Trunk   string  `json:"trunk,omitempty" maxLength:"63" doc:"absent: every trunk"`
		Percent float64 `json:"percent" minimum:"0" maximum:"100" doc:"of the numbers, always the same ones; 0 is shadow"`
		Why     string  `json:"why" minLength:"1" maxLength:"1000"`
	}
}

func (c *Console) ruleMode(ctx context.Context, scope access.Scope, in *ruleModeInput) (*body[ModeSet], error) {
	m := Mode{Rule: in.Rule, Trunk: in.Body.Trunk, Mode: "enforce", Percent: in.Body.Percent, Why: in.Body.Why}
	if m.Percent == 0 {
		m.Mode = "shadow"
	}
	return c.setMode(ctx, scope, "rule-mode", m)
}

func (c *Console) setMode(ctx context.Context, scope access.Scope, operation string, m Mode) (*body[ModeSet], error) {
	set, err := c.config.Modes.SetMode(ctx, scope, m)
	if err != nil {
		return nil, c.answer(operation, err)
	}
	return &body[ModeSet]{set}, nil
}
