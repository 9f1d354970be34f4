package desk

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/ledger"
	"tregua/policy/rules"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// judge is a policy of one veto and one pass rule and those of silent calls,
// enough to see what a desk makes of decisions; the rules themselves are tested
// where they live.
func judge(t *testing.T) *policy.Policy {
	t.Helper()
	notNow := slices.DeleteFunc(rules.Table().NotNow, func(r policy.Rule) bool { return r.Name != "bar" && r.Name != "operator" })
	p, err := policy.New(policy.Table{
		Pass: []policy.Rule{{Name: "emergency", Judge: func(_ *policy.Params, a *policy.Attempt, _ *policy.Facts) policy.Finding {
			if a.Reading == policy.Emergency {
				return policy.Finding{Reason: policy.Passes}
			}
			return policy.Finding{}
		}}},
		Veto: []policy.Rule{{
			Name: "blacklist", Reasons: []policy.Reason{policy.BlacklistListed}, Needs: policy.NeedsBlacklist,
			Judge: func(_ *policy.Params, _ *policy.Attempt, f *policy.Facts) policy.Finding {
				switch f.Blacklist.Known {
				case policy.Unknown:
					return policy.Finding{Reason: policy.NotRead}
				case policy.Present:
					return policy.Finding{Reason: policy.BlacklistListed}
				case policy.Absent:
				}
				return policy.Finding{}
			},
		}},
		NotNow: append(notNow, policy.Rule{
			Name: "hours", Reasons: []policy.Reason{policy.HoursClosed},
			Judge: func(_ *policy.Params, a *policy.Attempt, _ *policy.Facts) policy.Finding {
				if a.Purpose == "late" {
					return policy.Finding{Reason: policy.HoursClosed}
				}
				return policy.Finding{}
			},
		}),
	}, params(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func params(t *testing.T) policy.Params {
	t.Helper()
	basis := policy.Basis{Binding: policy.BindingLaw, Source: "test", AsOf: "2026-11-01"}
	plain := policy.PlainParams{Basis: basis}
	span := policy.Span{Value: time.Hour, Basis: basis}
	rome, err := policy.ParseZone("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	return policy.Params{
		Name: "test", Clock: policy.ClockParams{Basis: basis, Margin: span},
		Provider: plain, List: plain,
		Scanning: policy.ScanningParams{
			Basis: basis, Run: policy.CountParam{Value: 20, Basis: basis},
			InRuns: policy.CountParam{Value: 25, Basis: basis}, Unassignable: policy.CountParam{Value: 10, Basis: basis},
		},
		Emergency: plain, Number: plain, Campaign: plain, Blacklist: plain, Hold: plain,
		Ground:    policy.GroundParams{Basis: basis, Directory: policy.SwitchParam{Value: true, Basis: basis}},
		Freshness: policy.FreshnessParams{Basis: basis, StaleAfter: span},
		Contract:  policy.ContractParams{Basis: basis, Ground: policy.SwitchParam{Value: true, Basis: basis}, Grace: span},
		Request:   policy.RequestParams{Basis: basis, Around: span},
		Consent: policy.ConsentParams{
			Basis: basis, MaxHops: policy.CountParam{Basis: basis}, WarnMonths: policy.CountParam{Basis: basis},
			EndMonths: policy.CountParam{Basis: basis}, RefusalEnds: policy.SwitchParam{Basis: basis},
		},
		Registry: policy.RegistryParams{
			Basis: basis, ValidFor: span,
			ConsentOverOpposition: policy.PrecedenceParam{Value: policy.OverFirst, Basis: basis},
		},
		Hours: policy.HoursParams{Basis: basis},
		Bar: policy.BarParams{
			Basis: basis, Zone: rome, Days: policy.CountParam{Value: 5, Basis: basis},
			AtLeast: policy.Span{Value: 120 * time.Hour, Basis: basis},
			Scope:   policy.ScopeParam{Value: policy.ScopeParties, Basis: basis},
		},
		Operator: policy.OperatorParams{Basis: basis, Months: policy.CountParam{Value: 24, Basis: basis}, Reservation: policy.SwitchParam{Basis: basis}},
		Refusal:  policy.RefusalParams{Basis: basis}, Frequency: policy.FrequencyParams{Basis: basis}, Gate: policy.GateParams{Basis: basis},
		Silent: policy.SilentParams{
			Basis: basis, Limit: policy.Span{Value: 3 * time.Second, Basis: basis},
			HungUp: policy.HungUpParam{Value: policy.HungUpApart, Basis: basis},
		},
		Mandate: plain, CallerID: policy.CallerIDParams{
			Basis: basis, Notified: policy.SwitchParam{Value: true, Basis: basis}, Only: policy.Words{Basis: basis}, Never: policy.Words{Basis: basis},
		},
		CallCentre: policy.CallCentreParams{Basis: basis, Grace: span},
		Origin:     policy.OriginParams{Basis: basis, Countries: policy.Words{Basis: basis}},
		Sector:     policy.SectorParams{Basis: basis, Asked: policy.Words{Basis: basis}, Banned: policy.Words{Basis: basis}},
	}
}

// view is business data: one imported blacklist.
type view struct {
	generation uint64
	listed     policy.Number
	err        error
	rollout    *policy.Rollout
	person     []policy.Number     // the numbers of one person
	held       policy.Number       // there is a hold, and the person said not now
	stall      func(policy.Number) // holds up the desk of a number
	row        policy.Number       // what the person said is in a row of the store
}

func (v view) Generation() uint64 { return v.generation }

func (v view) Rollout() *policy.Rollout { return v.rollout }

func (v view) Blacklist(_ policy.PrincipalID, n policy.Number, after time.Time) policy.BlacklistFact {
	if n == v.listed && after.Before(start) { // the list was imported at the start
		return policy.BlacklistFact{Known: policy.Present, Source: "import", Synced: start}
	}
	return policy.BlacklistFact{Known: policy.Absent, Synced: start}
}

func (view) Mandate(*policy.Attempt) policy.MandateFact {
	return policy.MandateFact{Known: policy.Present}
}

func (view) CallCentre(policy.CallCentreID) policy.CallCentreFact {
	return policy.CallCentreFact{Known: policy.Present}
}

func (view) Caller(*policy.Attempt) policy.CallerFact {
	return policy.CallerFact{Known: policy.Absent}
}

func (view) List(policy.CampaignID, policy.Number) policy.ListFact {
	return policy.ListFact{Known: policy.Absent, Open: true}
}

func (view) Registry(policy.AccountID, policy.Number) policy.RegistryFact {
	return policy.RegistryFact{Known: policy.Absent}
}

func (v view) Person(r store.Reader, a *policy.Attempt, kept bool) (book.Person, error) {
	if a.Called == v.row && v.row != 0 {
		if _, _, err := r.Get([]byte{0x31}); err != nil {
			return book.Person{}, err
		}
	}
	if v.err != nil {
		return book.Person{}, v.err
	}
	p := book.Person{
		Consent: policy.ConsentFact{Known: policy.Absent}, Contract: policy.ContractFact{Known: policy.Absent},
		Request: policy.RequestFact{Known: policy.Absent},
		Refusal: policy.RefusalFact{Known: policy.Absent}, Hold: policy.HoldFact{Known: policy.Absent},
	}
	if kept {
		p.Request = policy.RequestFact{Known: policy.Present, At: start.Add(-time.Hour), Until: start.Add(time.Hour), Evidence: a.Purpose}
	}
	if a.Called == v.held && v.held != 0 {
		p.Hold = policy.HoldFact{Known: policy.Present, Since: start}
		p.Refusal = policy.RefusalFact{Known: policy.Present, At: start}
	}
	return p, nil
}

// objection is the change that puts a number on the blacklist.
func objection(n policy.Number) Change { return objectionTo(1, n) }

func objectionTo(p policy.PrincipalID, n policy.Number) Change {
	return Change{Principal: p, Number: n, At: start, Listed: policy.BlacklistFact{Known: policy.Present, Since: start, Source: "phone"}}
}

func (v view) Others(_ store.Reader, _ policy.PrincipalID, n policy.Number) (book.Others, error) {
	if v.stall != nil {
		v.stall(n)
	}
	var others book.Others
	for _, one := range v.person {
		if one != n && slices.Contains(v.person, n) {
			others = append(others, book.Member{Number: one, Index: keys.Index(one)})
		}
	}
	return others, v.err
}

// keys are the same in every test: which desk owns a number never changes.
var keys = func() *seal.Keys {
	k, err := seal.NewKeys(&entropy{of: rand.NewChaCha8([32]byte{1})})
	if err != nil {
		panic(err)
	}
	return k
}()

// entropy is that of the keys, which all tests share.
type entropy struct {
	mu sync.Mutex // protects of
	of io.Reader
}

func (e *entropy) Read(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.of.Read(p)
}

var start = time.Date(2026, 11, 23, 10, 0, 10, 0, time.UTC)

func ask(id byte, n policy.Number, purpose string) Ask {
	a := policy.Attempt{
		Dialled: policy.Dialled{ID: policy.AttemptID{id}, At: start, Trunk: "d"}, Called: n,
		Mapping: policy.Mapped, Principal: 1, Campaign: 1, Purpose: purpose, Reading: policy.Readable,
	}
	return Ask{Attempt: a, Return: policy.Return{Call: uint64(id)}, Index: keys.Index(n)}
}

// told puts a turn's outputs in words.
func told(o *Outputs) string {
	var words []string
	for _, e := range o.Entries {
		w := fmt.Sprintf("%v %d %v", e.Kind, e.Record.Attempt.ID[0], e.Record.Decision.Reason)
		if e.Kind == ledger.Repeat {
			w = fmt.Sprintf("repeat of %d: %d", e.Record.Repeat.Of[0], e.Record.Repeat.Count)
		}
		words = append(words, w)
	}
	for _, a := range o.Answers {
		words = append(words, fmt.Sprintf("answer %d %v of %d", a.Return.Call, a.Decision.Reason, a.Of[0]))
	}
	return strings.Join(words, "; ")
}

func TestDesk(t *testing.T) {
	t.Parallel()
	const listed, free = 393330000001, 393330000002
	type turn struct {
		after time.Duration // since start
		view  view
		in    []Input
		want  string
	}
	v := view{generation: 1, listed: listed}
	object := objection(free)
	cases := map[string][]turn{
		"an allowed attempt opens a row and is answered by its receipt": {
			{0, v, []Input{ask(1, free, "")}, "open 1 ok"},
		},
		"a refused one is closed and answered at once": {
			{0, v, []Input{ask(1, listed, "")}, "closed 1 blacklist.principal; answer 1 blacklist.principal of 0"},
		},
		"a re-dial is answered from memory and leaves one record": {
			{0, v, []Input{ask(1, listed, "")}, "closed 1 blacklist.principal; answer 1 blacklist.principal of 0"},
			{time.Second, v, []Input{ask(2, listed, "")}, "answer 2 blacklist.principal of 1"},
			{59 * time.Second, v, []Input{ask(3, listed, "")}, "answer 3 blacklist.principal of 1"},
			{60 * time.Second, v, nil, "repeat of 1: 2"},
			{61 * time.Second, v, []Input{ask(4, listed, "")}, "closed 4 blacklist.principal; answer 4 blacklist.principal of 0"},
		},
		"no re-dial, no repeat record": {
			{0, v, []Input{ask(1, listed, "")}, "closed 1 blacklist.principal; answer 1 blacklist.principal of 0"},
			{60 * time.Second, v, nil, ""},
		},
		"a new generation is judged anew": {
			{
				0, v,
				[]Input{ask(1, listed, ""), ask(2, listed, "")},
				"closed 1 blacklist.principal; answer 1 blacklist.principal of 0; answer 2 blacklist.principal of 1",
			},
			{1, view{generation: 2}, []Input{ask(3, listed, "")}, "repeat of 1: 1; open 3 ok"},
		},
		"an objection is in force within the turn, and ends what was remembered": {
			{
				0, v,
				[]Input{ask(1, free, ""), object, ask(2, free, "")},
				"open 1 ok; closed 2 blacklist.principal; answer 2 blacklist.principal of 0",
			},
			{1, v, []Input{ask(3, free, ""), object}, "repeat of 2: 1; answer 3 blacklist.principal of 2"},
			{2, v, []Input{ask(4, free, "")}, "closed 4 blacklist.principal; answer 4 blacklist.principal of 0"},
		},
		"what is refused for the hour is remembered to the end of the minute": {
			{0, v, []Input{ask(1, free, "late")}, "closed 1 hours.closed; answer 1 hours.closed of 0"},
			{49 * time.Second, v, []Input{ask(2, free, "late")}, "answer 2 hours.closed of 1"},
			{50 * time.Second, v, []Input{ask(3, free, "late")}, "repeat of 1: 1; closed 3 hours.closed; answer 3 hours.closed of 0"},
		},
	}
	for name, turns := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := New(judge(t))
			var out Outputs
			for i, turn := range turns {
				d.Turn(start.Add(turn.after), turn.view, nil, turn.in, &out)
				if got := told(&out); got != turn.want {
					t.Errorf("turn %d:\n got %s\nwant %s", i+1, got, turn.want)
				}
			}
		})
	}
}

// gathered returns the facts of an attempt.
func gathered(q *Ask, v View, rows store.Reader, s *Shared) (f policy.Facts) {
	_, _ = gather(&f, &q.Attempt, v, rows, s) // what it returns besides shows in the facts
	return f
}

func TestDeskFaults(t *testing.T) {
	t.Parallel()
	q := ask(1, 393330000003, "")
	q.Attempt.Ground = policy.GroundConsent
	for err, want := range map[error]policy.Fault{errors.New("disk"): policy.StoreFailed, book.ErrBroken: policy.DataBroken} {
		f := gathered(&q, view{generation: 1, err: err}, nil, NewShared(1))
		if f.Fault != want || f.Consent.Known != policy.Unknown {
			t.Errorf("%v is not unknown by fault %v: %+v", err, want, f)
		}
	}
}

func TestDeskClose(t *testing.T) {
	t.Parallel()
	d := New(judge(t))
	var out Outputs
	d.Turn(start, view{listed: 5}, nil, []Input{ask(1, 5, ""), ask(2, 5, "")}, &out)
	d.Close(&out)
	if got, want := told(&out), "repeat of 1: 1"; got != want {
		t.Errorf("at the end: %q, want %q", got, want)
	}
}

func TestLookLeavesNoTrace(t *testing.T) {
	t.Parallel()
	d := New(judge(t))
	var out Outputs
	look := &Look{Attempt: ask(1, 5, "").Attempt}
	next := d.Turn(start, view{listed: 5}, nil, []Input{look}, &out)
	if look.Decision.Reason != policy.BlacklistListed || told(&out) != "" || !next.IsZero() {
		t.Errorf("look: %v, outputs %q, next %v", look.Decision.Reason, told(&out), next)
	}
}
