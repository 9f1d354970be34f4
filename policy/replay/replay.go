// Package replay judges recorded attempts anew and tells what comes out
// differently: under the policy that judged them nothing may, under another one
// the differences are what it would have changed. It judges by the facts of the
// record. A fact that a rule asks for and that the record does not have is read
// again from the generation of the record where that is still in force, and is
// unknown otherwise; what rests on either says so (compliance.md 3.2).
//
// Some facts are made with figures of the profile: a bar with its days and scope,
// useful contacts with their window. They are replayed as they were made.
package replay

import (
	"cmp"
	"slices"

	"tregua/policy"
)

// Judge decides, as [policy.Policy] does.
type Judge interface {
	Judge(*policy.Attempt, *policy.Facts) policy.Decision
}

// Config is what records are judged by.
type Config struct {
	Judge Judge
	Needs map[string]policy.Needs // of every rule, by its name
	// Reread reads facts that a record lacks again as its generation had them, and
	// returns which it could; nil: none.
	Reread func(a *policy.Attempt, f *policy.Facts, lacking policy.Needs) policy.Needs
}

// Mark says by what a difference was found.
type Mark uint8

// The marks, the weaker one greater.
const (
	Recorded Mark = iota // by the facts of the record
	Reread               // a rule asked for a fact that was read again
	Unknown              // a rule asked for a fact that nobody has
)

// Kind says what a difference comes to.
type Kind uint8

// The kinds. A call in shadow counts by what would have been enforced.
const (
	Refused   Kind = iota // it was let go, and would be refused
	LetGo                 // it was refused, and would be let go
	Otherwise             // refused both times, by another rule or reason
	Aside                 // the decision stands; a rule says something else beside it
	Undecided             // nobody knows: a fact is unknown
	kinds
)

// Said is what a decision came to.
type Said struct {
	Verdict policy.Verdict
	Shadow  bool // let go, and refused if the rules had been enforced
	Rule    string
	Reason  policy.Reason
}

// said returns what a decision came to: the rule that spoke, or the first one that
// would have.
func said(d *policy.Decision) Said {
	if d.Verdict == policy.Refuse {
		return Said{policy.Refuse, false, d.Rule, d.Reason}
	}
	for _, f := range d.Trail {
		if f.Shadow && f.Reason != policy.OK {
			return Said{policy.Allow, true, f.Rule, f.Reason}
		}
	}
	return Said{Verdict: policy.Allow, Rule: d.Rule}
}

func (s Said) stops() bool { return s.Verdict == policy.Refuse || s.Shadow }

// Heard is what one rule said.
type Heard struct {
	Asked  bool // false: it was not asked
	Reason policy.Reason
	Shadow bool
}

// Difference is a change of decisions that has one cause.
type Difference struct {
	Campaign      string // "" for attempts that led to none
	Kind          Kind
	Rule          string // the first one that says something else: the cause
	From, To      Heard  // what it says; the same when only what it claims differs
	Before, After Said
	Mark          Mark
}

// Found is how often a difference was found, and the first attempts with it.
type Found struct {
	Difference
	Count    uint64
	Examples []policy.AttemptID
}

// examples is how many attempts a difference names.
const examples = 3

// Campaign counts the attempts of one campaign, or of all.
type Campaign struct {
	Name     string
	Attempts uint64 // that were judged again
	Equal    uint64 // the decision and what each rule said are the same
	Reworded uint64 // of the equal ones, those whose trail has other notes, or other rules that abstain
	Kinds    [kinds]uint64
}

func (c *Campaign) equal(word bool) {
	c.Equal++
	if !word {
		c.Reworded++
	}
}

// Report counts what became of records. It is for one goroutine; the reports of
// several are joined by [Report.Merge].
type Report struct {
	Total Campaign

	// Not judged again.
	Repeats uint64 // re-dials answered from memory
	Faults  uint64 // a trouble of ours decided, and no rule
	Erased  uint64 // the person was erased: there are no facts

	config    Config
	campaigns map[string]*Campaign
	found     map[Difference]*Found
}

// New returns an empty report.
func New(c Config) *Report {
	return &Report{config: c, campaigns: map[string]*Campaign{}, found: map[Difference]*Found{}}
}

// Add judges a record anew. personal is false when its person was erased.
func (r *Report) Add(rec *policy.Record, personal bool) {
	switch {
	case rec.Repeat.Count > 0:
		r.Repeats++
		return
	case rec.Decision.Rule == "fault":
		r.Faults++
		return
	case !personal && rec.Attempt.Reading != policy.Emergency:
		r.Erased++
		return
	}
	c := r.campaign(rec.Attempt.CampaignName)
	c.Attempts++
	r.Total.Attempts++
	after, reread, lacking := r.config.judge(rec)
	d, ok := difference(&rec.Decision, &after)
	if !ok {
		c.equal(slices.Equal(rec.Decision.Trail, after.Trail))
		r.Total.equal(slices.Equal(rec.Decision.Trail, after.Trail))
		return
	}
	d.Campaign = c.Name
	switch needs := r.config.Needs[d.Rule]; {
	case needs&lacking != 0 && d.Kind == Aside:
		d.Mark = Unknown // the decision stands in any case
	case needs&lacking != 0:
		d.Kind, d.Mark = Undecided, Unknown
	case needs&reread != 0:
		d.Mark = Reread
	}
	c.Kinds[d.Kind]++
	r.Total.Kinds[d.Kind]++
	r.find(d, 1, rec.Attempt.ID)
}

func (r *Report) campaign(name string) *Campaign {
	c := r.campaigns[name]
	if c == nil {
		c = &Campaign{Name: name}
		r.campaigns[name] = c
	}
	return c
}

func (r *Report) find(d Difference, count uint64, ids ...policy.AttemptID) {
	f := r.found[d]
	if f == nil {
		f = &Found{Difference: d}
		r.found[d] = f
	}
	f.Count += count
	for _, id := range ids {
		at, _ := slices.BinarySearchFunc(f.Examples, id, compareIDs)
		if at < examples {
			f.Examples = slices.Insert(f.Examples, at, id)
			f.Examples = f.Examples[:min(len(f.Examples), examples)]
		}
	}
}

func compareIDs(a, b policy.AttemptID) int { return slices.Compare(a[:], b[:]) }

// judge decides anew, and tells which facts were read again for it and which
// nobody has. Of an attempt that is no call for a principal to a person nothing was
// looked up; what a fault kept from being had is as it was.
func (c *Config) judge(rec *policy.Record) (d policy.Decision, reread, lacking policy.Needs) {
	a, f := rec.Attempt, rec.Facts
	if f.Fault == policy.NoFault && a.Reading != policy.Emergency {
		lacking = f.Unknown()
	}
	if lacking != 0 && c.Reread != nil && a.Called != 0 && a.Mapping == policy.Mapped {
		reread = c.Reread(&a, &f, lacking)
		lacking &^= reread
	}
	return c.Judge.Judge(&a, &f), reread, lacking
}

// difference returns what differs between two decisions on one attempt; false:
// nothing but words.
func difference(before, after *policy.Decision) (Difference, bool) {
	d := Difference{Before: said(before), After: said(after)}
	was, is, differs := cause(before.Trail, after.Trail)
	if !differs && d.Before == d.After && before.Claim == after.Claim {
		return Difference{}, false
	}
	d.Rule, d.From, d.To = cmp.Or(was.Rule, is.Rule, d.After.Rule), heard(was), heard(is)
	switch stopped, stops := d.Before.stops(), d.After.stops(); {
	case !stopped && stops:
		d.Kind = Refused
	case stopped && !stops:
		d.Kind = LetGo
	case d.Before.Rule != d.After.Rule || d.Before.Reason != d.After.Reason:
		d.Kind = Otherwise
	default:
		d.Kind = Aside
	}
	return d, true
}

// cause returns what the first rule said that says something else, an empty finding
// where it was not asked. A rule that abstains says as much as one that is not
// asked, and a note is no more than words.
func cause(before, after []policy.Finding) (was, is policy.Finding, differs bool) {
	for i := range max(len(before), len(after)) {
		if i < len(before) {
			was = before[i]
			if is = of(after, i, was.Rule); !alike(was, is) {
				return was, is, true
			}
		}
		if i < len(after) {
			is = after[i]
			if was = of(before, i, is.Rule); !alike(was, is) {
				return was, is, true
			}
		}
	}
	return policy.Finding{}, policy.Finding{}, false
}

// of returns what a rule said; mostly it stands where it stood in the other trail.
func of(trail []policy.Finding, at int, rule string) policy.Finding {
	if at < len(trail) && trail[at].Rule == rule {
		return trail[at]
	}
	if i := slices.IndexFunc(trail, func(f policy.Finding) bool { return f.Rule == rule }); i >= 0 {
		return trail[i]
	}
	return policy.Finding{}
}

func alike(a, b policy.Finding) bool {
	return a.Reason == b.Reason && a.Shadow == b.Shadow && a.Claim == b.Claim
}

func heard(f policy.Finding) Heard {
	return Heard{Asked: f.Rule != "", Reason: f.Reason, Shadow: f.Shadow}
}
