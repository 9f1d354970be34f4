package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/silence"
)

// Silence is the report on answered calls and silent ones.
type Silence struct {
	Since   time.Time      `json:"since,omitzero" doc:"attempts received at or after"`
	Until   time.Time      `json:"until,omitzero" doc:"and before"`
	Trunk   string         `json:"trunk,omitempty" doc:"the trunk that was asked for"`
	LimitMS int64          `json:"limit_ms" doc:"how long after the answer an operator may begin to speak (silent.limit)"`
	Ratio   string         `json:"ratio" doc:"the reading that counts: a_of_b, the stricter of the two"`
	Trunks  []SilenceTrunk `json:"trunks" doc:"those that had answered calls"`
	Total   SilenceTrunk   `json:"total"`
}

// SilenceTrunk are the answered calls of one trunk, or of all.
type SilenceTrunk struct {
	Name      string        `json:"name,omitempty"`
	Answered  uint64        `json:"answered"`
	ClassA    uint64        `json:"class_a" doc:"silent"`
	Silent    []SilentLines `json:"silent" doc:"class A by mode"`
	ClassB    uint64        `json:"class_b" doc:"connected to an operator"`
	Machine   uint64        `json:"machine" doc:"as carrier or dialer says"`
	HungUp    uint64        `json:"hung_up" doc:"by the callee, no operator yet; not where the profile counts them in class A"`
	Excluded  uint64        `json:"excluded" doc:"unwatched, deaf and other"`
	Unwatched uint64        `json:"unwatched" doc:"silent_call off, or an emergency call"`
	Deaf      uint64        `json:"deaf" doc:"in no codec that can be heard"`
	Other     uint64        `json:"other"`
	AofB      *float64      `json:"a_of_b,omitempty" doc:"A/B; left out without class B"`
	AofBoth   *float64      `json:"a_of_both,omitempty" doc:"A/(A+B); left out without either"`
	Late      uint64        `json:"law_late" doc:"silent calls that ended past the limit"`
	Operator  []SilenceBin  `json:"operator" doc:"of the calls that were watched: from the answer to the operator's first sound"`
	Cut       Spread        `json:"cut" doc:"from the answer to our BYE"`
	Ambience  Spread        `json:"ambience" doc:"from the answer to the first packet of ambience"`
	Lawful    uint64        `json:"shadow_lawful" doc:"in shadow: calls with an operator within the limit"`
	WouldCut  uint64        `json:"shadow_would_cut" doc:"of these, those that enforcement would have cut"`
}

// SilentLines are the calls of class A of one mode, by what came from the
// dialer's side last.
type SilentLines struct {
	Mode     string `json:"mode" doc:"enforce or shadow"`
	Calls    uint64 `json:"calls"`
	None     uint64 `json:"none"`
	CN       uint64 `json:"cn"`
	Dead     uint64 `json:"dead"`
	Tone     uint64 `json:"tone"`
	Quiet    uint64 `json:"quiet"`
	Operator uint64 `json:"operator" doc:"one who began to speak too late"`
}

// SilenceBin is one bin of a histogram.
type SilenceBin struct {
	Word string `json:"bin" doc:"from-to in seconds, later or never"`
	N    uint64 `json:"calls"`
}

// Spread is how times are spread, in milliseconds rounded up.
type Spread struct {
	Calls uint64 `json:"calls"`
	Min   int64  `json:"min_ms"`
	P50   int64  `json:"p50_ms"`
	P99   int64  `json:"p99_ms"`
	Max   int64  `json:"max_ms"`
}

// SilentQuery chooses the attempts of a report; zero fields choose all.
type SilentQuery struct {
	Since, Until time.Time // received at or after, and before
	Trunk        string
}

// Takes reports whether a record is chosen.
func (q SilentQuery) Takes(r *policy.Record) bool {
	at := r.Attempt.At
	return (q.Trunk == "" || q.Trunk == r.Attempt.Trunk) && !at.Before(q.Since) && (q.Until.IsZero() || at.Before(q.Until))
}

func (c *Console) silentOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "silent", Method: http.MethodGet, Path: "/v1/silent",
		Summary:     "Answered calls and silent ones, by trunk",
		Description: "Reads the whole ledger.",
		Errors:      []int{http.StatusUnprocessableEntity},
	}, everybody, c.silent)
}

type silentInput struct {
	Since time.Time `query:"since" doc:"received at or after (RFC 3339)"`
	Until time.Time `query:"until" doc:"received before (RFC 3339)"`
	Trunk string    `query:"trunk" maxLength:"63"`
}

func (c *Console) silent(ctx context.Context, scope access.Scope, in *silentInput) (*body[Silence], error) {
	if !in.Until.IsZero() && !in.Since.Before(in.Until) {
		return nil, huma.Error422UnprocessableEntity("since is not before until; nothing would be counted")
	}
	q := SilentQuery{Since: in.Since, Until: in.Until, Trunk: in.Trunk}
	r, err := c.config.Records.Silent(ctx, scope, q)
	if err != nil {
		return nil, c.answer("silent", err)
	}
	return &body[Silence]{SilenceOf(r, q)}, nil
}

// SilenceOf words a report.
func SilenceOf(r *silence.Report, q SilentQuery) Silence {
	out := Silence{
		Since: q.Since, Until: q.Until, Trunk: q.Trunk, LimitMS: r.Limit.Milliseconds(),
		Ratio: "a_of_b", Trunks: []SilenceTrunk{}, Total: silenceOf(&r.Total),
	}
	for _, t := range r.Trunks() {
		out.Trunks = append(out.Trunks, silenceOf(t))
	}
	return out
}

func silenceOf(t *silence.Trunk) SilenceTrunk {
	out := SilenceTrunk{
		Name: t.Name, Answered: t.Answered, ClassA: t.ClassA(), ClassB: t.Connected,
		Machine: t.Machine, HungUp: t.HungUp, Excluded: t.Excluded(), Unwatched: t.Unwatched, Deaf: t.Deaf, Other: t.Other,
		Late: t.Late, Cut: spreadOf(&t.Cut), Ambience: spreadOf(&t.Ambience), Lawful: t.Lawful, WouldCut: t.WouldCut,
	}
	for _, w := range []policy.Watch{policy.WatchEnforce, policy.WatchShadow} {
		l := t.Silent[w]
		out.Silent = append(out.Silent, SilentLines{
			Mode: w.String(), Calls: t.A(w),
			None: l[policy.LineNone], CN: l[policy.LineCN], Dead: l[policy.LineDead],
			Tone: l[policy.LineTone], Quiet: l[policy.LineQuiet], Operator: l[policy.LineOperator],
		})
	}
	if ratio, ok := t.OfB(); ok {
		out.AofB = &ratio
	}
	if ratio, ok := t.OfBoth(); ok {
		out.AofBoth = &ratio
	}
	for i, n := range t.Operator {
		out.Operator = append(out.Operator, SilenceBin{silence.BinName(i), n})
	}
	return out
}

func spreadOf(s *silence.Spread) Spread {
	ms := func(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }
	return Spread{s.Count, ms(s.Min), ms(s.Quantile(0.5)), ms(s.Quantile(0.99)), ms(s.Max)}
}
