package console

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
	"tregua/policy/mapping"
	"tregua/policy/suggest"
)

// Suggestion proposes by what the calls of a trunk are mapped to campaigns. It
// has no number that was called.
type Suggestion struct {
	Trunk    string          `json:"trunk"`
	Since    time.Time       `json:"since,omitzero" doc:"attempts received at or after"`
	Attempts uint64          `json:"attempts" doc:"that have a number, but those that a prefix maps"`
	Prefixed uint64          `json:"prefixed" doc:"that a prefix maps"`
	Kept     int             `json:"kept" doc:"of the attempts: all, or evenly some of them"`
	Mapped   int             `json:"mapped" doc:"of these, by the rules proposed"`
	Against  int             `json:"contradicted" doc:"of the mapped: to a number that only lists of other campaigns hold"`
	Several  int             `json:"ambiguous"`
	Unknown  int             `json:"unknown"`
	Rules    []SuggestedRule `json:"rules" doc:"in order, as in the trunk's campaign"`
}

// SuggestedRule is a way to find the campaign.
type SuggestedRule struct {
	By      string           `json:"by"`
	Name    string           `json:"name,omitempty" doc:"of a header"`
	Calls   int              `json:"calls" doc:"that it decided or narrowed"`
	Entries []SuggestedEntry `json:"map,omitempty"`
}

// SuggestedEntry is one value of a rule.
type SuggestedEntry struct {
	Value       string   `json:"value"`
	Campaigns   []string `json:"campaigns" doc:"more than one: the rules behind it tell which"`
	Calls       int      `json:"calls" doc:"that say it"`
	Contradicts int      `json:"contradicts" doc:"of these: to a number that only lists of other campaigns hold"`
}

// SuggestQuery chooses the attempts that are learnt from.
type SuggestQuery struct {
	Since time.Time
	Trunk string // "": each
}

func (c *Console) suggestOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "campaign-suggest", Method: http.MethodGet, Path: "/v1/suggestions",
		Summary:     "By what the calls of a trunk can be mapped to campaigns",
		Description: "Learns from past attempts, also in shadow, and from the lists in force. Reads the whole ledger. A trunk that calls for several principals is not for one of them.",
		Errors:      []int{http.StatusNotFound, http.StatusForbidden},
	}, everybody, c.suggest)
}

type suggestInput struct {
	Since time.Time `query:"since" doc:"received at or after (RFC 3339)"`
	Trunk string    `query:"trunk" maxLength:"63"`
}

func (c *Console) suggest(ctx context.Context, scope access.Scope, in *suggestInput) (*body[[]Suggestion], error) {
	list, err := c.config.Records.Suggest(ctx, scope, SuggestQuery{in.Since, in.Trunk})
	if err != nil {
		return nil, c.answer("campaign-suggest", err)
	}
	return &body[[]Suggestion]{list}, nil
}

// SuggestionOf words a proposal for a trunk; kept are the rules that it has and
// that are kept before those proposed.
func SuggestionOf(trunk string, p *suggest.Proposal, kept []mapping.Rule) Suggestion {
	out := Suggestion{
		Trunk: trunk, Attempts: p.Attempts, Kept: p.Kept, Mapped: p.Mapped, Against: p.Contradicted,
		Several: p.Ambiguous, Unknown: p.Unknown, Rules: []SuggestedRule{},
	}
	for _, r := range kept {
		out.Rules = append(out.Rules, SuggestedRule{By: r.By.String(), Name: r.Header})
	}
	for _, r := range p.Rules {
		one := SuggestedRule{By: r.By.String(), Name: r.Header, Calls: r.Calls}
		for i, e := range r.Entries {
			one.Entries = append(one.Entries, SuggestedEntry{e.Value, e.Campaigns, r.Evidence[i].Calls, r.Evidence[i].Contradicts})
		}
		out.Rules = append(out.Rules, one)
	}
	return out
}

// Suggest returns what the daemon proposes for each trunk that q takes.
func (c *Client) Suggest(ctx context.Context, q SuggestQuery) (out []Suggestion, err error) {
	query := url.Values{}
	if !q.Since.IsZero() {
		query.Set("since", q.Since.Format(time.RFC3339Nano))
	}
	if q.Trunk != "" {
		query.Set("trunk", q.Trunk)
	}
	err = c.do(ctx, http.MethodGet, "/v1/suggestions", query, "", nil, &out)
	return out, err
}
