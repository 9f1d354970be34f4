package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
	"tregua/policy/replay"
)

// Replay is what became of recorded attempts that were judged anew.
type Replay struct {
	Since       time.Time          `json:"since,omitzero" doc:"attempts received at or after"`
	Until       time.Time          `json:"until,omitzero" doc:"and before"`
	Campaign    string             `json:"campaign,omitempty" doc:"the campaign that was asked for"`
	Policy      string             `json:"policy" doc:"same, or the name of the overlay"`
	MadeBefore  []string           `json:"made_before,omitempty" doc:"sections of the overlay with figures that facts are made with: those facts are replayed as they were"`
	Total       ReplayTotal        `json:"total"`
	Repeats     uint64             `json:"repeats" doc:"re-dials answered from memory, not judged again"`
	Faults      uint64             `json:"faults" doc:"decided by a trouble of ours, not judged again"`
	Erased      uint64             `json:"erased" doc:"the person was erased, not judged again"`
	Campaigns   []ReplayTotal      `json:"campaigns" doc:"by name; no name: attempts that led to none"`
	Differences []ReplayDifference `json:"differences" doc:"the most frequent first"`
}

// ReplayTotal counts the attempts of a campaign, or of all. In shadow a call counts
// as what enforcement would have made of it.
type ReplayTotal struct {
	Campaign  string `json:"campaign,omitempty"`
	Attempts  uint64 `json:"attempts" doc:"that were judged again"`
	Equal     uint64 `json:"equal" doc:"the decision, and what each rule said"`
	Reworded  uint64 `json:"reworded" doc:"of the equal ones: a note is another, or another rule abstained"`
	Refused   uint64 `json:"refused" doc:"let go then, refused now"`
	LetGo     uint64 `json:"let_go" doc:"refused then, let go now"`
	Otherwise uint64 `json:"otherwise" doc:"refused both times, by another rule or reason"`
	Aside     uint64 `json:"aside" doc:"the same decision; a rule says something else beside it, or is enforced now"`
	Undecided uint64 `json:"undecided" doc:"nobody knows: a fact that a rule asks for was not recorded"`
}

// ReplayDifference is a change of decisions that has one cause.
type ReplayDifference struct {
	Campaign string         `json:"campaign,omitempty"`
	Kind     string         `json:"kind" enum:"refused,let_go,otherwise,aside,undecided"`
	Rule     string         `json:"rule" doc:"the cause: the first rule that says something else"`
	From     ReplayFinding  `json:"from" doc:"what it said"`
	To       ReplayFinding  `json:"to" doc:"what it says"`
	Before   ReplayDecision `json:"before"`
	After    ReplayDecision `json:"after"`
	Facts    string         `json:"facts" enum:"recorded,re-read,unknown" doc:"where the rule's facts come from"`
	Count    uint64         `json:"count"`
	Examples []string       `json:"examples" doc:"the first attempts"`
}

// ReplayFinding is what a rule said.
type ReplayFinding struct {
	Reason string `json:"reason" doc:"not_asked: the rule was not asked"`
	Shadow bool   `json:"shadow,omitempty" doc:"not enforced"`
}

// ReplayDecision is what a decision came to.
type ReplayDecision struct {
	Verdict string `json:"verdict"`
	Rule    string `json:"rule,omitempty" doc:"that spoke, or would have"`
	Reason  string `json:"reason"`
	Shadow  bool   `json:"shadow,omitempty" doc:"the reason was not enforced"`
}

// ReplayQuery chooses what is judged anew, and by what.
type ReplayQuery struct {
	Since, Until time.Time // received at or after, and before; zero: open
	Campaign     string    // "" all
	Policy       []byte    // an overlay; none: the policy in force
}

// Replayed is what a replay found.
type Replayed struct {
	*replay.Report
	Policy string   // name of the overlay, "" for none
	Made   []string // its sections with figures that facts are made with
}

// maxOverlay bounds an overlay, in bytes.
const maxOverlay = 1 << 20

func (c *Console) replayOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "replay", Method: http.MethodPost, Path: "/v1/replay",
		Summary: "Judge recorded attempts anew, and tell what differs",
		Description: "Without a body the policy in force judges; an overlay is laid over it as the config does that. " +
			"Nothing is changed, and no number is told. Reads the ledger.",
		MaxBodyBytes: maxOverlay, BodyReadTimeout: time.Minute,
		Errors: []int{http.StatusUnprocessableEntity},
	}, everybody, c.replay)
}

type replayInput struct {
	Since    time.Time `query:"since" doc:"received at or after (RFC 3339)"`
	Until    time.Time `query:"until" doc:"received before (RFC 3339)"`
	Campaign string    `query:"campaign" maxLength:"129" doc:"principal/campaign"`
	Body     *struct {
		Policy string `json:"policy" doc:"an overlay, as YAML"`
	}
}

func (c *Console) replay(ctx context.Context, scope access.Scope, in *replayInput) (*body[Replay], error) {
	if !in.Until.IsZero() && !in.Since.Before(in.Until) {
		return nil, huma.Error422UnprocessableEntity("since is not before until; nothing would be judged")
	}
	q := ReplayQuery{Since: in.Since, Until: in.Until, Campaign: in.Campaign}
	if in.Body != nil {
		q.Policy = []byte(in.Body.Policy)
	}
	r, err := c.config.Records.Replay(ctx, scope, q)
	if err != nil {
		return nil, c.answer("replay", err)
	}
	return &body[Replay]{replayOf(&r, q)}, nil
}

func replayOf(r *Replayed, q ReplayQuery) Replay {
	out := Replay{
		Since: q.Since, Until: q.Until, Campaign: q.Campaign, Policy: r.Policy, MadeBefore: r.Made,
		Total: replayTotalOf(&r.Total), Repeats: r.Repeats, Faults: r.Faults, Erased: r.Erased,
		Campaigns: []ReplayTotal{}, Differences: []ReplayDifference{},
	}
	if len(q.Policy) == 0 {
		out.Policy = "same"
	}
	for _, t := range r.Campaigns() {
		out.Campaigns = append(out.Campaigns, replayTotalOf(&t))
	}
	for _, d := range r.Differences() {
		one := ReplayDifference{
			Campaign: d.Campaign, Kind: kindWords[d.Kind], Rule: d.Rule, From: findingWord(d.From), To: findingWord(d.To),
			Before: saidWords(d.Before), After: saidWords(d.After), Facts: markWords[d.Mark], Count: d.Count,
			Examples: idWords(d.Examples),
		}
		out.Differences = append(out.Differences, one)
	}
	return out
}

func replayTotalOf(t *replay.Campaign) ReplayTotal {
	return ReplayTotal{
		Campaign: t.Name, Attempts: t.Attempts, Equal: t.Equal, Reworded: t.Reworded,
		Refused: t.Kinds[replay.Refused], LetGo: t.Kinds[replay.LetGo], Otherwise: t.Kinds[replay.Otherwise],
		Aside: t.Kinds[replay.Aside], Undecided: t.Kinds[replay.Undecided],
	}
}

// The words of differences.
var (
	kindWords = [...]string{
		replay.Refused: "refused", replay.LetGo: "let_go", replay.Otherwise: "otherwise", replay.Aside: "aside", replay.Undecided: "undecided",
	}
	markWords = [...]string{replay.Recorded: "recorded", replay.Reread: "re-read", replay.Unknown: "unknown"}
)

func findingWord(h replay.Heard) ReplayFinding {
	if !h.Asked {
		return ReplayFinding{Reason: "not_asked"}
	}
	return ReplayFinding{h.Reason.String(), h.Shadow}
}

func saidWords(s replay.Said) ReplayDecision {
	return ReplayDecision{Verdict: s.Verdict.String(), Rule: s.Rule, Reason: s.Reason.String(), Shadow: s.Shadow}
}
