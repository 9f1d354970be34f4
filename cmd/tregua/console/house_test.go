package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/silence"
)

// house is a fake of everything a console calls into.
type house struct {
	mu      sync.Mutex
	asked   []string // one line for each call
	fail    error
	status  Status
	ready   error
	judging error
	people  error
}

func (h *house) ask(format string, args ...any) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, fmt.Sprintf(format, args...))
	return h.fail
}

func (h *house) calls() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	calls := h.asked
	h.asked = nil
	return calls
}

func (h *house) Apply(_ context.Context, actor, because string, data []byte, dryRun bool) (Changes, error) {
	err := h.ask("apply by %s: %s%s dry=%v", actor, data, because, dryRun)
	return Changes{Generation: 7, DryRun: dryRun, Edits: []Edit{{"principal", "acme", "new"}}}, err
}

func (h *house) Import(_ context.Context, r ImportRequest) (ImportResult, error) {
	data, err := io.ReadAll(r.Reader)
	if err != nil {
		return ImportResult{}, err
	}
	err = h.ask("import %s of %s at %s max %q%s: %d bytes", r.Kind, r.Scope, r.AnsweredAt.Format(time.RFC3339), r.MaxRejects, formatWords(r.Format), len(data))
	fmt.Fprintf(r.Rejects, "2,no number,x\n")
	return ImportResult{Activated: r.MaxRejects != "0", Good: 1, Bad: 1}, err
}

func (h *house) Modes() []Mode { return []Mode{{Trunk: "d", Mode: "enforce"}} }

func (h *house) SetMode(_ context.Context, actor string, m Mode) (ModeSet, error) {
	err := h.ask("mode by %s: %s/%s %s %g%% until %s %s", actor, m.Trunk, m.Rule, m.Mode, m.Percent, m.Until.Format(time.RFC3339), m.Why)
	return ModeSet{Generation: 8, Mode: m}, err
}

// formatWords are the words of a format, each behind a blank.
func formatWords(f Format) string {
	words := strings.Fields(strings.Join(append(f.Columns, f.Delimiter, f.Encoding, f.Numbers, f.Polarity), " "))
	return strings.Join(append([]string{""}, words...), " ")
}

func (h *house) Generations(_ context.Context, limit int) ([]Generation, error) {
	err := h.ask("generations %d", limit)
	return []Generation{{Number: 7, At: noon, Actor: "anna", Cause: "apply"}}, err
}

func (h *house) Restore(_ context.Context, actor string, generation uint64) (uint64, error) {
	return 8, h.ask("restore %d by %s", generation, actor)
}

func (h *house) Export(kind, scope string) (func(context.Context, io.Writer) (int64, error), error) {
	return func(_ context.Context, w io.Writer) (int64, error) {
		if scope == "broken" {
			_, _ = io.WriteString(w, "number\n+39333")
			return 0, errors.New("the disk is gone")
		}
		_, err := io.WriteString(w, "number\n+393331234567\n")
		return 1, err
	}, h.ask("export %s of %s", kind, scope)
}

func (h *house) AddBlacklist(_ context.Context, o Objection) (Entry, error) {
	err := h.ask("blacklist by %s: %s %s %s", o.Actor, o.Principal, o.Number, o.Reason)
	return Entry{Number: o.Number, Principal: o.Principal, Since: noon}, err
}

func (h *house) Unlist(_ context.Context, actor, principal, number, evidence string) (Removal, error) {
	return Removal{Number: number, Principal: principal, At: noon}, h.ask("removal by %s: %s %s %s", actor, principal, number, evidence)
}

func (h *house) Feed(_ context.Context, principal string, after uint64, limit int) ([]FeedLine, error) {
	return []FeedLine{{Seq: 8, At: noon, Change: "add", Number: "+393331234567"}}, h.ask("feed of %s after %d, %d", principal, after, limit)
}

func (h *house) Synced(_ context.Context, actor, principal string) (time.Time, error) {
	return noon, h.ask("synced by %s: %s", actor, principal)
}

func (h *house) Say(_ context.Context, s Saying) (Said, error) {
	return Said{Number: s.Number, Principal: s.Principal, At: noon, What: s.Change}, h.ask("%+v", s)
}

func (h *house) Standing(_ context.Context, principal, what string) ([]Standing, error) {
	return nil, h.ask("each %s of %s", what, principal)
}

func (h *house) Person(principal string, _ policy.Number) ([]PersonLine, []SaidLine, error) {
	if principal != "acme" {
		return nil, nil, &Mistake{Code: 404, Err: errors.New("there is no principal " + principal)}
	}
	return []PersonLine{{Kind: "request", At: noon, Until: noon.Add(time.Hour), Evidence: "form-9", Source: "entered by anna"}},
		[]SaidLine{{At: noon, Actor: "anna", What: "request form-9"}}, h.people
}

func (h *house) Names() Names { return h }

func (h *house) Number(text string) (policy.Number, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 10, 64)
	if err != nil {
		return 0, errors.New("no number can be read")
	}
	return policy.Number(n), nil
}

func (h *house) Campaigns() []string               { return []string{"acme/energia", "acme/gas", "acme/water"} }
func (h *house) Account(a policy.AccountID) string { return fmt.Sprintf("rpo-%d", a) }
func (h *house) Source(part uint32) string         { return fmt.Sprintf("import %d", part) }
func (h *house) Status() Status                    { return h.status }
func (h *house) Ready() error                      { return h.ready }
func (h *house) Counters(context.Context) ([]Counter, error) {
	return []Counter{{"attempts", 3}}, h.ask("counters")
}

func (h *house) Answers(_ policy.AccountID, _ policy.Number) []policy.RegistryFact {
	return []policy.RegistryFact{
		{Known: policy.Present, Answer: policy.Opposed, AnsweredAt: noon, Submission: 3},
		{Known: policy.Present, Answer: policy.Clear, AnsweredAt: noon.AddDate(0, 0, -14), Submission: 1},
	}
}

func (h *house) Judge(_ context.Context, campaign string, n policy.Number) (policy.Attempt, policy.Facts, policy.Decision, error) {
	a := policy.Attempt{Called: n, Account: 1, Purpose: "marketing", CampaignName: campaign}
	f := policy.Facts{
		Generation: 7,
		Blacklist:  policy.BlacklistFact{Known: policy.Present, Since: noon, Source: "entry 4"},
		Registry:   policy.RegistryFact{Known: policy.Present, Answer: policy.Opposed, AnsweredAt: noon, Submission: 3},
		Consent: policy.ConsentFact{
			Known: policy.Present, GivenAt: noon, RevokedAt: noon.Add(time.Hour),
			Channels: 1<<policy.ChannelOperator | 1<<policy.ChannelAutomated, Evidence: "form-7", Part: 5,
		},
		Bar:   policy.BarFact{Known: policy.Present, Of: id, Since: noon, Until: noon.AddDate(0, 0, 5), Pending: true},
		Rings: policy.RingsFact{Known: policy.Present, Today: 2, Month: 5, Useful: 1, UsefulAt: noon},
	}
	if campaign == "acme/water" {
		f.Bar = policy.BarFact{Known: policy.Absent}
	}
	return a, f, policy.Decision{
		Rule: "blacklist", Reason: policy.BlacklistListed,
		Trail: []policy.Finding{{Rule: "blacklist", Reason: policy.BlacklistListed}},
	}, h.judging
}

func (h *house) Attempt(_ context.Context, got policy.AttemptID) (policy.Record, bool, error) {
	return policy.Record{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: got}}}, got == id, h.ask("attempt %s", got)
}

func (h *house) Attempts(_ context.Context, q Query) ([]policy.Record, error) {
	return []policy.Record{{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: id, At: noon}}}},
		h.ask("attempts of %q %q since %s limit %d", q.Number, q.CallID, q.Since.Format(time.RFC3339), q.Limit)
}

func (h *house) Silent(_ context.Context, q SilentQuery) (*silence.Report, error) {
	r := silence.New(3 * time.Second)
	r.Add(&policy.Record{Ending: policy.Ending{Outcome: policy.OutcomeConnected, AnsweredAt: noon, Ratio: policy.RatioB}})
	return r, h.ask("silent calls of %q from %s to %s", q.Trunk, q.Since.Format(time.RFC3339), q.Until.Format(time.RFC3339))
}

func (h *house) Lists() []List { return []List{{Name: "acme/spring", Campaigns: []string{}}} }

func (h *house) ListHistory(name string) ([]ListChange, error) {
	return []ListChange{{At: noon, Actor: "anna", Change: "new"}}, h.ask("history of %s", name)
}

func (h *house) ApproveList(actor, name string, version uint32, digest string) (uint64, error) {
	return 8, h.ask("approve by %s: %s %d %s", actor, name, version, digest)
}

func (h *house) AttachList(actor, name, campaign string) (uint64, error) {
	return 9, h.ask("attach by %s: %s %s", actor, name, campaign)
}

func (h *house) Providers() []Provider { return []Provider{{Name: "dataco", Rows: 3}} }

func (h *house) SetProvider(actor, name, because string, suspend bool) (Provider, error) {
	return Provider{Name: name, Because: because}, h.ask("suspend %t by %s: %s because %s", suspend, actor, name, because)
}

func (h *house) SampleProvider(actor, name string, count int, seed uint64) (Sample, error) {
	return Sample{Provider: name, Seed: seed}, h.ask("sample by %s: %d of %s seed %d", actor, count, name, seed)
}

func (h *house) Samples(name string) ([]Sample, error) {
	return []Sample{{Provider: name}}, h.ask("samples of %s", name)
}
