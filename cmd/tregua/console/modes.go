package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
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

// ModeSet is a mode that was put in force, or that waits for a second person.
type ModeSet struct {
	Generation uint64    `json:"generation,omitempty" doc:"the one that has it; left out: nothing is done yet"`
	Proposal   *Proposal `json:"proposal,omitempty" doc:"what another person confirms"`
	Mode
}

// ErrLoosens is a mode that enforces less than what is in force.
var ErrLoosens = errors.New("it enforces less than what is in force: a second person must confirm it")

// Modes is where the modes of trunks and rules are kept.
type Modes interface {
	// Modes returns those of rules that were set, then that of every trunk, as far
	// as the scope goes.
	Modes(scope access.Scope) []Mode
	// SetMode returns when the mode is in force. One that loosens what is in force is
	// [ErrLoosens], and changes nothing, unless two persons want it.
	SetMode(ctx context.Context, scope access.Scope, m Mode, two bool) (ModeSet, error)
	// Principal returns on whose behalf a trunk calls, "" if that is not one alone.
	Principal(trunk string) string
}

// setters are who may set modes: a trunk is infrastructure, what holds on it is
// compliance.
var setters = access.Of(access.Admin, access.Compliance)

func (c *Console) modeOperations(api huma.API) {
	const two = "What enforces less than before waits for a second person: 202, with the proposal."
	operation(api, huma.Operation{
		OperationID: "modes", Method: http.MethodGet, Path: "/v1/modes",
		Summary: "How far trunks and rules are enforced, and who said so",
	}, everybody, c.modes)
	operation(api, huma.Operation{
		OperationID: "trunk-mode", Method: http.MethodPut, Path: "/v1/trunks/{trunk}/mode",
		Summary:     "Enforce the rules on a trunk, judge in shadow, or bypass them for some hours",
		Description: two,
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, setters, c.trunkMode)
	operation(api, huma.Operation{
		OperationID: "rule-mode", Method: http.MethodPut, Path: "/v1/rules/{rule}/mode",
		Summary:     "Enforce one rule for a share of the numbers; none is shadow",
		Description: two,
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
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

func (c *Console) trunkMode(ctx context.Context, scope access.Scope, in *trunkModeInput) (*modeOutput, error) {
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

func (c *Console) ruleMode(ctx context.Context, scope access.Scope, in *ruleModeInput) (*modeOutput, error) {
	m := Mode{Rule: in.Rule, Trunk: in.Body.Trunk, Mode: "enforce", Percent: in.Body.Percent, Why: in.Body.Why}
	if m.Percent == 0 {
		m.Mode = "shadow"
	}
	return c.setMode(ctx, scope, "rule-mode", m)
}

type modeOutput struct {
	Status int
	Body   ModeSet
}

func (c *Console) setMode(ctx context.Context, scope access.Scope, operation string, m Mode) (*modeOutput, error) {
	set, err := c.config.Modes.SetMode(ctx, scope, m, false)
	if errors.Is(err, ErrLoosens) {
		p, err := c.propose(scope, loosening, owner{principal: c.config.Modes.Principal(m.Trunk)}, m.Why, m)
		if err != nil {
			return nil, err
		}
		return &modeOutput{p.Status, ModeSet{Proposal: &p.Body, Mode: m}}, nil
	}
	if err != nil {
		return nil, c.answer(operation, err)
	}
	return &modeOutput{http.StatusOK, set}, nil
}

// loosening is the deed of a mode that enforces less than what is in force.
const loosening = "mode.loosen"

func (m Mode) text() (string, policy.Number) {
	what := "trunk " + m.Trunk
	if m.Rule != "" {
		what = "rule " + m.Rule + " on " + cmp.Or(m.Trunk, "every trunk")
	}
	how := m.Mode
	if m.Percent > 0 {
		how += fmt.Sprintf(" for %g %% of the numbers", m.Percent)
	}
	if !m.Until.IsZero() {
		how += " until " + m.Until.UTC().Format(time.RFC3339)
	}
	return "put " + what + " to " + how, 0
}

func (c *Console) loosen(ctx context.Context, by couple, m Mode) (string, error) {
	set, err := c.config.Modes.SetMode(ctx, by.both(), m, true)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("generation %d is in force", set.Generation), nil
}
