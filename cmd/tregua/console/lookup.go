package console

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/ledger"
)

// Page is everything known of one number.
type Page struct {
	Number     string         `json:"number"`
	Country    string         `json:"country,omitempty"`
	Zone       string         `json:"zone,omitempty"`
	Generation uint64         `json:"generation"`
	Verdicts   []Verdict      `json:"verdicts" doc:"per campaign, as if dialled now"`
	Registry   []RegistryLine `json:"registry" doc:"every answer, newest first"`
	Blacklist  []ListedLine   `json:"blacklist"`
	Consents   []ConsentLine  `json:"consents"`
	People     []PersonOf     `json:"people" doc:"what each principal knows of the holder of the number"`
	Lists      []ListedIn     `json:"lists" doc:"rows of contact lists that hold the number"`
	Bars       []BarLine      `json:"bars" doc:"what silent calls left on the number"`
	Reached    []ReachedLine  `json:"reached" doc:"what reached the person, per principal"`
	Attempts   []Record       `json:"attempts" doc:"the last ones, newest first"`
	Gone       []ledger.Gone  `json:"gone" doc:"attempts, to all numbers, whose personal part was purged because their term is over: those to this number are among them unseen"`
}

// Verdict is what would become of a call of one campaign.
type Verdict struct {
	Campaign string `json:"campaign"`
	Decision
}

// RegistryLine is one answer under one account, or that none could be read.
type RegistryLine struct {
	Account    string    `json:"account"`
	Answer     string    `json:"answer"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	Source     string    `json:"source,omitempty"`
}

// ListedLine is a blacklist entry, or that it could not be read.
type ListedLine struct {
	Principal string    `json:"principal"`
	Known     string    `json:"known"`
	Since     time.Time `json:"since,omitzero"`
	Source    string    `json:"source,omitempty"`
}

// ConsentLine is a consent, or that it could not be read.
type ConsentLine struct {
	Principal string    `json:"principal"`
	Purpose   string    `json:"purpose"`
	Known     string    `json:"known"`
	GivenAt   time.Time `json:"given_at,omitzero"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
	Channels  []string  `json:"channels,omitempty"`
	Evidence  string    `json:"evidence,omitempty"`
	Source    string    `json:"source,omitempty"`
}

// PersonOf is what one principal knows of the holder of the number.
type PersonOf struct {
	Principal string       `json:"principal"`
	Known     []PersonLine `json:"known"`
	History   []SaidLine   `json:"history"`
}

// BarLine is what a silent call left on the number, or that it could not be
// read, with the campaigns that it binds.
type BarLine struct {
	Bar
	Campaigns []string `json:"campaigns"`
}

// ReachedLine is what reached the person at a principal, or that it could not be
// read.
type ReachedLine struct {
	Principal string `json:"principal"`
	Rings
}

// lastAttempts is how many records a page shows.
const lastAttempts = 20

type lookupInput struct {
	Number string `path:"number" maxLength:"64" doc:"as people write it"`
}

func (c *Console) lookup(ctx context.Context, scope access.Scope, in *lookupInput) (*body[Page], error) {
	names := c.config.Book.Names(scope)
	n, err := names.Number(in.Number)
	if err != nil {
		return nil, huma.Error422UnprocessableEntity(err.Error())
	}
	p, records, err := c.page(ctx, scope, names, n, Query{Number: n, Limit: lastAttempts})
	if err == nil {
		err = c.narrow(ctx, scope, &p)
	}
	if err == nil {
		err = c.config.Register.Read(scope, "lookup", 1+records, n)
	}
	if err != nil {
		return nil, c.answer("lookup", err)
	}
	return &body[Page]{p}, nil
}

// page collects what is known of a number, with the records that q chooses, and
// says how many those are. What is told of others stands in it: see narrow.
func (c *Console) page(ctx context.Context, scope access.Scope, names Names, n policy.Number, q Query) (p Page, count int, err error) {
	p = Page{
		Number: n.String(), Verdicts: []Verdict{}, Registry: []RegistryLine{},
		Blacklist: []ListedLine{}, Consents: []ConsentLine{}, People: []PersonOf{}, Bars: []BarLine{},
		Lists: []ListedIn{}, Reached: []ReachedLine{},
	}
	for _, campaign := range names.Campaigns() {
		a, f, d, err := c.config.Judge.Judge(ctx, scope, campaign, n)
		if err != nil {
			return p, 0, err
		}
		if err := p.add(names, campaign, c.law(a.Profile, &d), &a, &f, &d); err != nil {
			return p, 0, err
		}
	}
	p.sort()
	records, err := c.config.Records.Attempts(ctx, scope, q)
	if err != nil {
		return p, 0, err
	}
	if p.Gone, err = c.config.Records.Gone(ctx, scope, ledger.Span{Since: q.Since}); err != nil {
		return p, 0, err
	}
	p.Attempts, err = c.records(ctx, scope, records)
	return p, len(records), err
}

// add enters what one campaign knows. Facts belong to an account, a principal
// or a purpose: what several campaigns share stands once.
func (p *Page) add(names Names, campaign, law string, a *policy.Attempt, f *policy.Facts, d *policy.Decision) error {
	p.Country, p.Zone, p.Generation = a.Country, a.Zone, f.Generation
	verdict := Verdict{Campaign: campaign, Decision: decisionOf(d)}
	verdict.Law = law
	p.Verdicts = append(p.Verdicts, verdict)
	principal, _, _ := strings.Cut(campaign, "/")
	if !slices.ContainsFunc(p.Registry, func(o RegistryLine) bool { return o.Account == names.Account(a.Account) }) {
		p.answers(names, a, f)
	}
	if l := f.Blacklist; l.Known != policy.Absent {
		addOnce(&p.Blacklist, ListedLine{Principal: principal, Known: l.Known.String(), Since: l.Since, Source: l.Source})
	}
	if f.Rings.Known != policy.Absent {
		addOnce(&p.Reached, ReachedLine{principal, ringsOf(&f.Rings)})
	}
	if f.Bar.Known != policy.Absent {
		p.bar(campaign, barOf(f.Bar))
	}
	p.consent(names, principal, a, f.Consent)
	if err := p.lists(names, principal, a.Called); err != nil {
		return err
	}
	return p.person(names, principal, a.Called)
}

// person enters what a principal knows of the person, once.
func (p *Page) person(names Names, principal string, n policy.Number) error {
	if slices.ContainsFunc(p.People, func(o PersonOf) bool { return o.Principal == principal }) {
		return nil
	}
	known, history, err := names.Person(principal, n)
	if err != nil || len(known)+len(history) == 0 {
		return err
	}
	p.People = append(p.People, PersonOf{principal, orEmpty(known), orEmpty(history)})
	return nil
}

// bar enters a bar of one campaign, and once if others share it.
func (p *Page) bar(campaign string, b Bar) {
	i := slices.IndexFunc(p.Bars, func(o BarLine) bool { return o.Bar == b })
	if i < 0 {
		i = len(p.Bars)
		p.Bars = append(p.Bars, BarLine{Bar: b})
	}
	p.Bars[i].Campaigns = append(p.Bars[i].Campaigns, campaign)
}

// consent enters the newest consent for the purpose of a, once.
func (p *Page) consent(names Names, principal string, a *policy.Attempt, g policy.ConsentFact) {
	if g.Known == policy.Absent ||
		slices.ContainsFunc(p.Consents, func(o ConsentLine) bool { return o.Principal == principal && o.Purpose == a.Purpose }) {
		return
	}
	p.Consents = append(p.Consents, ConsentLine{
		Principal: principal, Purpose: a.Purpose, Known: g.Known.String(), GivenAt: g.GivenAt,
		RevokedAt: g.RevokedAt, Channels: channelWords(g.Channels), Evidence: g.Evidence, Source: source(names, g.Part),
	})
}

// answers enters what the registry said under the account of a.
func (p *Page) answers(names Names, a *policy.Attempt, f *policy.Facts) {
	account := names.Account(a.Account)
	if f.Registry.Known == policy.Unknown {
		p.Registry = append(p.Registry, RegistryLine{Account: account, Answer: f.Registry.Known.String()})
		return
	}
	for _, r := range names.Answers(a.Account, a.Called) {
		p.Registry = append(p.Registry, RegistryLine{
			Account: account, Answer: r.Answer.String(),
			AnsweredAt: r.AnsweredAt, Source: source(names, r.Submission),
		})
	}
}

func addOnce[T comparable](list *[]T, line T) {
	if !slices.Contains(*list, line) {
		*list = append(*list, line)
	}
}

func source(names Names, part uint32) string {
	if part == 0 {
		return ""
	}
	return names.Source(part)
}

// sort puts the newest first.
func (p *Page) sort() {
	slices.SortStableFunc(p.Bars, func(a, b BarLine) int { return b.Until.Compare(a.Until) })
	slices.SortStableFunc(p.Registry, func(a, b RegistryLine) int {
		return cmp.Or(b.AnsweredAt.Compare(a.AnsweredAt), cmp.Compare(a.Account, b.Account))
	})
	slices.SortStableFunc(p.Blacklist, func(a, b ListedLine) int {
		return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.Principal, b.Principal))
	})
	slices.SortStableFunc(p.Consents, func(a, b ConsentLine) int {
		return cmp.Or(b.GivenAt.Compare(a.GivenAt), cmp.Compare(a.Principal, b.Principal))
	})
}
