package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/complaint"
	"tregua/policy/handoff"
	"tregua/policy/ledger"
	"tregua/policy/silence"
	"tregua/policy/store"
	"tregua/policy/store/memory"
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
	later   time.Duration // after noon
	full    error         // of the store that the register writes to
}

// rows is the store of a register, which can be full.
type rows struct {
	*memory.Store
	house *house
}

// Commit fails when the store is full.
func (r rows) Commit(b store.Batch) error {
	r.house.mu.Lock()
	defer r.house.mu.Unlock()
	if r.house.full != nil {
		return r.house.full
	}
	return r.Store.Commit(b)
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return noon.Add(h.later)
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

func (h *house) Apply(_ context.Context, scope access.Scope, because string, data []byte, dryRun bool) (Changes, error) {
	err := h.ask("apply by %s: %s%s dry=%v", scope.Actor, data, because, dryRun)
	return Changes{Generation: 7, DryRun: dryRun, Edits: []Edit{{"principal", "acme", "new"}}}, err
}

func (h *house) Import(_ context.Context, _ access.Scope, r ImportRequest) (ImportResult, error) {
	data, err := io.ReadAll(r.Reader)
	if err != nil {
		return ImportResult{}, err
	}
	err = h.ask("import %s of %s at %s max %q%s: %d bytes", r.Kind, r.Scope, r.AnsweredAt.Format(time.RFC3339), r.MaxRejects, formatWords(r.Format), len(data))
	fmt.Fprintf(r.Rejects, "2,no number,x\n")
	return ImportResult{Activated: r.MaxRejects != "0", Good: 1, Bad: 1}, err
}

func (h *house) Principal(string) string { return "acme" }

func (h *house) Modes(access.Scope) []Mode { return []Mode{{Trunk: "d", Mode: "enforce"}} }

func (h *house) SetMode(_ context.Context, scope access.Scope, m Mode, two bool) (ModeSet, error) {
	if m.Mode != "enforce" && !two {
		return ModeSet{}, ErrLoosens
	}
	err := h.ask("mode by %s: %s/%s %s %g%% until %s %s", scope.Actor, m.Trunk, m.Rule, m.Mode, m.Percent, m.Until.Format(time.RFC3339), m.Why)
	return ModeSet{Generation: 8, Mode: m}, err
}

// formatWords are the words of a format, each behind a blank.
func formatWords(f Format) string {
	words := strings.Fields(strings.Join(append(f.Columns, f.Delimiter, f.Encoding, f.Numbers, f.Polarity), " "))
	return strings.Join(append([]string{""}, words...), " ")
}

func (h *house) Generations(_ context.Context, _ access.Scope, limit int) ([]Generation, error) {
	err := h.ask("generations %d", limit)
	return []Generation{{Number: 7, At: noon, Actor: "anna", Cause: "apply"}}, err
}

func (h *house) Restore(_ context.Context, scope access.Scope, generation uint64) (uint64, error) {
	return 8, h.ask("restore %d by %s", generation, scope.Actor)
}

func (h *house) Export(_ access.Scope, kind, of string) (Export, error) {
	write := func(_ context.Context, w io.Writer) (int64, error) {
		if of == "broken" {
			_, _ = io.WriteString(w, "number\n+39333")
			return 0, errors.New("the disk is gone")
		}
		_, err := io.WriteString(w, "number\n+393331234567\n")
		return 1, err
	}
	numbers := make([]policy.Number, 1)
	if of == "many" {
		numbers = make([]policy.Number, 1001)
	}
	for i := range numbers {
		numbers[i] = 393331234567 + policy.Number(i)
	}
	return Export{slices.Values(numbers), write}, h.ask("export %s of %s", kind, of)
}

func (h *house) AddBlacklist(_ context.Context, scope access.Scope, o Objection) (Entry, error) {
	err := h.ask("blacklist by %s: %s %s %s", scope.Actor, o.Principal, o.Number, o.Reason)
	return Entry{Number: o.Number, Principal: o.Principal, Since: noon}, err
}

func (h *house) Unlist(_ context.Context, scope access.Scope, principal, number, evidence string) (Removal, error) {
	return Removal{Number: number, Principal: principal, At: noon}, h.ask("removal by %s: %s %s %s", scope.Actor, principal, number, evidence)
}

func (h *house) Feed(_ context.Context, _ access.Scope, principal string, after uint64, limit int) ([]FeedLine, error) {
	return []FeedLine{{Seq: 8, At: noon, Change: "add", Number: "+393331234567"}}, h.ask("feed of %s after %d, %d", principal, after, limit)
}

func (h *house) Synced(_ context.Context, scope access.Scope, principal string) (time.Time, error) {
	return noon, h.ask("synced by %s: %s", scope.Actor, principal)
}

func (h *house) Say(_ context.Context, scope access.Scope, s Saying) (Said, error) {
	return Said{Number: s.Number, Principal: s.Principal, At: noon, What: s.Change}, h.ask("say by %s: %+v", scope.Actor, s)
}

func (h *house) Standing(_ context.Context, _ access.Scope, principal, what string) ([]Standing, error) {
	return nil, h.ask("each %s of %s", what, principal)
}

func (h *house) Person(principal string, _ policy.Number) ([]PersonLine, []SaidLine, error) {
	if principal != "acme" {
		return nil, nil, &Mistake{Code: 404, Err: errors.New("there is no principal " + principal)}
	}
	return []PersonLine{{Kind: "request", At: noon, Until: noon.Add(time.Hour), Evidence: "form-9", Source: "entered by anna"}},
		[]SaidLine{{At: noon, Actor: "anna", What: "request form-9"}}, h.people
}

func (h *house) Names(access.Scope) Names { return h }

func (h *house) HasPrincipal(name string) bool  { return name == "acme" }
func (h *house) HasCallCentre(name string) bool { return name == "callnow" }

func (h *house) Number(text string) (policy.Number, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 10, 64)
	if err != nil {
		return 0, errors.New("no number can be read")
	}
	return policy.Number(n), nil
}

func (h *house) Campaigns() []string               { return []string{"acme/energia", "acme/gas", "acme/water"} }
func (h *house) Account(a policy.AccountID) string { return fmt.Sprintf("rpo-%d", a) }
func (h *house) Source(part uint32) string {
	if part > 99 {
		return fmt.Sprintf("import %d by x", part)
	}
	return fmt.Sprintf("import %d", part)
}
func (h *house) Status(access.Scope) Status { return h.status }
func (h *house) Ready() error               { return h.ready }
func (h *house) Counters(context.Context, access.Scope) ([]Counter, error) {
	return []Counter{{"attempts", 3}}, h.ask("counters")
}

func (h *house) Principals() []string { return []string{"acme"} }

func (h *house) ObjectTo(context.Context, access.Scope, Objection) ([]Entry, error) { return nil, nil }

func (h *house) EraseSubject(context.Context, access.Scope, Erasure) (Erased, error) {
	return Erased{}, nil
}

func (h *house) Purge(context.Context, access.Scope, bool) ([]ledger.Purge, error) { return nil, nil }

func (h *house) LegalHolds(access.Scope) ([]LegalHold, error) { return nil, nil }

func (h *house) LayHold(_ context.Context, _ access.Scope, l LegalHold) (LegalHold, error) {
	return l, nil
}

func (h *house) LiftHold(context.Context, access.Scope, policy.AttemptID, string) error { return nil }

func (h *house) OpenComplaint(context.Context, access.Scope, string, complaint.Complaint) (c complaint.Complaint, err error) {
	return c, nil
}

func (h *house) CloseComplaint(context.Context, access.Scope, string, string, string) (c complaint.Complaint, err error) {
	return c, nil
}

func (h *house) Complaints(access.Scope) []complaint.Complaint { return nil }

func (h *house) AnswerComplaint(context.Context, access.Scope, AnswerQuery) (f ReportFile, n policy.Number, calls int, err error) {
	return f, 0, 0, nil
}

func (h *house) ListRows(principal string, _ policy.Number) ([]ListedIn, error) {
	if principal != "acme" {
		return nil, nil
	}
	return []ListedIn{{List: "acme/spring", Source: "import 9 spring.csv", Line: 4, Approved: true, Provider: "dataco", Batch: "b", BatchRow: 7}}, nil
}

func (h *house) Answers(_ policy.AccountID, _ policy.Number) []policy.RegistryFact {
	return []policy.RegistryFact{
		{Known: policy.Present, Answer: policy.Opposed, AnsweredAt: noon, Submission: 3},
		{Known: policy.Present, Answer: policy.Clear, AnsweredAt: noon.AddDate(0, 0, -14), Submission: 1},
	}
}

func (h *house) Judge(_ context.Context, _ access.Scope, campaign string, n policy.Number) (policy.Attempt, policy.Facts, policy.Decision, error) {
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

func (h *house) Attempt(_ context.Context, _ access.Scope, got policy.AttemptID) (policy.Record, bool, error) {
	return policy.Record{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: got}}}, got == id, h.ask("attempt %s", got)
}

func (h *house) Amendments(context.Context, access.Scope, policy.AttemptID) ([]Amendment, error) {
	return []Amendment{{At: noon, Record: 9, Actor: "anna", What: map[string]any{"disposition": "ko"}}}, nil
}

func (h *house) Attempts(_ context.Context, _ access.Scope, q Query) ([]policy.Record, error) {
	return []policy.Record{{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: id, At: noon}}}},
		h.ask("attempts of %q %q since %s limit %d", q.Number, q.CallID, q.Since.Format(time.RFC3339), q.Limit)
}

func (h *house) Silent(_ context.Context, _ access.Scope, q SilentQuery) (*silence.Report, error) {
	r := silence.New(3 * time.Second)
	r.Add(&policy.Record{Ending: policy.Ending{Outcome: policy.OutcomeConnected, AnsweredAt: noon, Ratio: policy.RatioB}})
	return r, h.ask("silent calls of %q from %s to %s", q.Trunk, q.Since.Format(time.RFC3339), q.Until.Format(time.RFC3339))
}

func (h *house) Gone(context.Context, access.Scope, ledger.Span) ([]ledger.Gone, error) {
	return []ledger.Gone{{Month: "2026-04", Class: "refused", Until: noon}}, nil
}

func (h *house) Traffic(_ context.Context, _ access.Scope, q TrafficQuery) ([]handoff.Hour, error) {
	return []handoff.Hour{{From: noon, Principal: "acme", Attempts: 2, Refused: 1}},
		h.ask("traffic of %q from %s to %s", q.Principal, q.From.Format(time.RFC3339), q.To.Format(time.RFC3339))
}

func (h *house) Suggest(_ context.Context, _ access.Scope, q SuggestQuery) ([]Suggestion, error) {
	return []Suggestion{{Trunk: "d", Kept: 1, Rules: []SuggestedRule{{By: "list", Calls: 1}}}},
		h.ask("suggestions for %q since %s", q.Trunk, q.Since.Format(time.RFC3339))
}

func (h *house) Lists(access.Scope) []List {
	return []List{{Name: "acme/spring", Campaigns: []string{}}}
}

func (h *house) ListHistory(_ access.Scope, name string) ([]ListChange, error) {
	return []ListChange{{At: noon, Actor: "anna", Change: "new"}}, h.ask("history of %s", name)
}

func (h *house) MayApproveList(_ access.Scope, name string, version uint32, digest string) error {
	return h.ask("may approve: %s %d %s", name, version, digest)
}

func (h *house) ApproveList(scope access.Scope, first, name string, version uint32, digest string) (uint64, error) {
	return 8, h.ask("approve by %s and %s: %s %d %s", first, scope.Actor, name, version, digest)
}

func (h *house) MayApproveService(_ access.Scope, campaign string) error {
	return h.ask("may be of service: %s", campaign)
}

func (h *house) ApproveService(scope access.Scope, first, campaign string) (uint64, error) {
	return 9, h.ask("of service by %s and %s: %s", first, scope.Actor, campaign)
}

func (h *house) AttachList(scope access.Scope, name, campaign string) (uint64, error) {
	return 9, h.ask("attach by %s: %s %s", scope.Actor, name, campaign)
}

func (h *house) Providers(access.Scope) []Provider { return []Provider{{Name: "dataco", Rows: 3}} }

func (h *house) SetProvider(scope access.Scope, name, because string, suspend bool) (Provider, error) {
	return Provider{Name: name, Because: because}, h.ask("suspend %t by %s: %s because %s", suspend, scope.Actor, name, because)
}

func (h *house) SampleProvider(scope access.Scope, name string, count int, seed uint64) (Sample, error) {
	return Sample{Provider: name, Seed: seed}, h.ask("sample by %s: %d of %s seed %d", scope.Actor, count, name, seed)
}

func (h *house) Samples(_ access.Scope, name string) ([]Sample, error) {
	return []Sample{{Provider: name}}, h.ask("samples of %s", name)
}

func (h *house) Dispose(_ context.Context, scope access.Scope, d Disposition) (Disposed, error) {
	return Disposed{Kind: d.Code, Attempt: d.Attempt}, h.ask("disposition by %s: %+v", scope.Actor, d)
}

func (h *house) ImportDispositions(_ context.Context, scope access.Scope, f DispositionFile) (DispositionCount, error) {
	data, err := io.ReadAll(f.Reader)
	if err != nil {
		return DispositionCount{}, err
	}
	err = h.ask("dispositions of %s by %s: %s%s: %d bytes", f.CallCentre, scope.Actor, f.FileName, formatWords(f.Format), len(data))
	fmt.Fprintf(f.Rejects, "2,no call,x\n")
	return DispositionCount{Rows: 2, New: 1, Bad: 1}, err
}

func (h *house) DispositionsOf(policy.AttemptID) ([]DisposedLine, error) {
	return []DisposedLine{{At: noon, Actor: "crm", Kind: "ko", Code: "NI"}}, nil
}

func (h *house) Gates(context.Context, access.Scope) ([]Team, error) {
	return []Team{{Campaign: "acme/energia", CallCentre: "callnow", Level: "tight"}}, h.ask("gates")
}

func (h *house) DeclareOperators(_ access.Scope, campaign string, n int) error {
	return h.ask("%d operators of %s", n, campaign)
}

func (h *house) Board(access.Scope) ([]BoardRow, error) {
	return []BoardRow{{"calls", Green, "taken"}, {"disk", Red, "1 % free"}}, h.ask("board")
}
