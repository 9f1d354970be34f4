package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/shadow"
)

// Shadow is the report on what enforcement would do.
type Shadow struct {
	Since     time.Time        `json:"since,omitzero" doc:"attempts received at or after"`
	Until     time.Time        `json:"until,omitzero" doc:"and before"`
	Campaign  string           `json:"campaign,omitempty" doc:"the campaign that was asked for"`
	Total     ShadowCampaign   `json:"total"`
	Campaigns []ShadowCampaign `json:"campaigns" doc:"by name; no name: attempts that led to none"`
}

// ShadowCampaign is what enforcement would do to the calls of one campaign, or of
// all: those have no rules and no settings of their own.
type ShadowCampaign struct {
	Campaign string          `json:"campaign,omitempty"`
	Attempts uint64          `json:"attempts"`
	Would    uint64          `json:"would_be_refused" doc:"let go; a rule in shadow refuses them"`
	Refused  uint64          `json:"refused"`
	Rules    []ShadowRule    `json:"rules,omitempty" doc:"the most frequent first"`
	Calls    ShadowCalls     `json:"calls"`
	Often    uint64          `json:"over_three_a_day" doc:"persons and days with more than three calls that rang"`
	NotInROC ShadowROC       `json:"caller_id_not_in_register"`
	Settings []ShadowSetting `json:"settings,omitempty" doc:"of the dialer, to be set otherwise first"`
}

// ShadowRule is what one rule refuses, for one reason.
type ShadowRule struct {
	Rule     string   `json:"rule"`
	Reason   string   `json:"reason"`
	Would    uint64   `json:"would_refuse" doc:"in shadow"`
	Alone    uint64   `json:"alone" doc:"of these, refused by no other rule"`
	Refused  uint64   `json:"refused" doc:"enforced"`
	Examples []string `json:"examples,omitempty" doc:"the first attempts in shadow"`

	Connected     uint64 `json:"connected" doc:"of the calls in shadow: an operator was heard"`
	Conversations uint64 `json:"conversations" doc:"and talked for as long as a useful contact takes"`
	TalkS         int64  `json:"talk_s" doc:"seconds of talk in them"`
}

// ShadowCalls are the answered calls.
type ShadowCalls struct {
	Watched uint64      `json:"watched" doc:"in shadow: nothing is done about silence"`
	Cuts    []ShadowCut `json:"would_be_cut" doc:"of the watched ones, by when a cut would have come"`
	ClassA  uint64      `json:"class_a" doc:"silent"`
	ClassB  uint64      `json:"class_b" doc:"connected to an operator"`
	AofB    *float64    `json:"a_of_b,omitempty" doc:"left out without class B"`
	GivenUp uint64      `json:"ended_by_dialer" doc:"of class A: by its machine detection, or its drop"`
	NoAMD   *float64    `json:"a_of_b_without_detection,omitempty" doc:"if these had gone to an operator"`
	Carrier uint64      `json:"machine_carrier" doc:"a machine, as the carrier says"`
	Dialer  uint64      `json:"machine_dialer" doc:"a machine, as the dialer says"`
	HungUp  uint64      `json:"hung_up" doc:"by the callee, before the time was over"`
	Deaf    uint64      `json:"deaf" doc:"in no codec that can be heard"`
	Days    []ShadowDay `json:"days" doc:"the ratio by day"`
}

// ShadowCut is what a cut at a moment would have hit.
type ShadowCut struct {
	AfterMS  int64  `json:"after_ms" doc:"from the answer"`
	Calls    uint64 `json:"calls" doc:"without an operator who was recognised by then"`
	Operator uint64 `json:"operator_later" doc:"of these, those in which one came"`
}

// ShadowDay is the ratio of a day.
type ShadowDay struct {
	Date   string   `json:"date"`
	ClassA uint64   `json:"class_a"`
	ClassB uint64   `json:"class_b"`
	AofB   *float64 `json:"a_of_b,omitempty"`
}

// ShadowROC are the attempts with a caller id that is not in the register.
type ShadowROC struct {
	Attempts uint64   `json:"attempts"`
	Examples []string `json:"examples,omitempty" doc:"the first attempts"`
}

// ShadowSetting is a field of a dialer.
type ShadowSetting struct {
	Why    string `json:"why"`
	Dialer string `json:"dialer"`
	Field  string `json:"field"`
	Set    string `json:"set"`
}

// ShadowQuery chooses the attempts of a report; zero fields choose all.
type ShadowQuery struct {
	Since, Until time.Time // received at or after, and before
	Campaign     string
}

func (c *Console) shadowOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "shadow", Method: http.MethodGet, Path: "/v1/shadow",
		Summary:     "What enforcement would do, by campaign and rule",
		Description: "Reads the ledger, and tells no number.",
		Errors:      []int{http.StatusUnprocessableEntity},
	}, everybody, c.shadow)
}

type shadowInput struct {
	Since    time.Time `query:"since" doc:"received at or after (RFC 3339)"`
	Until    time.Time `query:"until" doc:"received before (RFC 3339)"`
	Campaign string    `query:"campaign" maxLength:"129" doc:"principal/campaign"`
}

func (c *Console) shadow(ctx context.Context, scope access.Scope, in *shadowInput) (*body[Shadow], error) {
	if !in.Until.IsZero() && !in.Since.Before(in.Until) {
		return nil, huma.Error422UnprocessableEntity("since is not before until; nothing would be counted")
	}
	q := ShadowQuery{Since: in.Since, Until: in.Until, Campaign: in.Campaign}
	r, err := c.config.Records.Shadow(ctx, scope, q)
	if err != nil {
		return nil, c.answer("shadow", err)
	}
	return &body[Shadow]{ShadowOf(r, q)}, nil
}

// ShadowOf words a report.
func ShadowOf(r *shadow.Report, q ShadowQuery) Shadow {
	out := Shadow{Since: q.Since, Until: q.Until, Campaign: q.Campaign, Total: shadowCampaignOf(&r.Total), Campaigns: []ShadowCampaign{}}
	rules := r.Rules()
	for _, c := range r.Campaigns() {
		one := shadowCampaignOf(&c)
		for i := range rules {
			if rules[i].Campaign == c.Name {
				one.Rules = append(one.Rules, shadowRuleOf(&rules[i]))
			}
		}
		for _, s := range c.Settings(rules) {
			one.Settings = append(one.Settings, ShadowSetting(s))
		}
		out.Campaigns = append(out.Campaigns, one)
	}
	return out
}

func shadowRuleOf(r *shadow.Rule) ShadowRule {
	return ShadowRule{
		Rule: r.Rule, Reason: r.Reason.String(), Would: r.Would, Alone: r.Alone, Refused: r.Enforced, Examples: idWords(r.Examples),
		Connected: r.Connected, Conversations: r.Conversations, TalkS: int64(r.Talk / time.Second),
	}
}

func shadowCampaignOf(c *shadow.Campaign) ShadowCampaign {
	out := ShadowCampaign{
		Campaign: c.Name, Attempts: c.Attempts, Would: c.Would, Refused: c.Enforced, Often: c.Often,
		NotInROC: ShadowROC{c.NotInROC, idWords(c.ROCExamples)},
		Calls: ShadowCalls{
			Watched: c.Watched, ClassA: c.A, ClassB: c.B, GivenUp: c.GivenUp, HungUp: c.HungUp, Deaf: c.Deaf,
			Carrier: c.Machines[policy.CarrierMachine], Dialer: c.Machines[policy.DialerMachine], Days: []ShadowDay{},
		},
	}
	out.Calls.AofB = known(c.Ratio())
	out.Calls.NoAMD = known(c.WithoutDetection())
	for i, cut := range c.Cuts {
		out.Calls.Cuts = append(out.Calls.Cuts, ShadowCut{shadow.Seconds[i].Milliseconds(), cut.Calls, cut.Operator})
	}
	for _, d := range c.Days {
		day := ShadowDay{Date: d.Date, ClassA: d.A, ClassB: d.B}
		if d.B > 0 {
			day.AofB = known(float64(d.A)/float64(d.B), true)
		}
		out.Calls.Days = append(out.Calls.Days, day)
	}
	return out
}

func known(f float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	return &f
}

func idWords(ids []policy.AttemptID) (words []string) {
	for _, id := range ids {
		words = append(words, id.String())
	}
	return words
}
