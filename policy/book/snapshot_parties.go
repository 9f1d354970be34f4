package book

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
)

// parties are who may call for whom and by which number, worked out once for a
// snapshot: no call costs a read.
type parties struct {
	mandates map[mandateKey][]policy.MandateFact
	centres  map[policy.CallCentreID]policy.CallCentreFact
	callers  map[numberBlock]policy.CallerFact
	blocks   []numberBlock // all of callers, in order
}

// pair is who gives a mandate and who has it.
type pair struct {
	principal policy.PrincipalID
	centre    policy.CallCentreID
}

// mandateKey is what a mandate is looked up by.
type mandateKey struct {
	pair
	purpose string
}

func newParties(e *entities, zone *time.Location) parties {
	p := parties{
		mandates: map[mandateKey][]policy.MandateFact{}, centres: map[policy.CallCentreID]policy.CallCentreFact{},
		callers: map[numberBlock]policy.CallerFact{},
	}
	for id, row := range e.rows[kindCallCentre] { // order: into a map
		p.centres[policy.CallCentreID(id)] = policy.CallCentreFact{
			Known: policy.Present, Country: row.Country, Outside: row.Country != "" && !inUnion(row.Country), ROC: row.ROC,
			NoticeAt: dayStart(row.Notice, zone), Since: e.since[policy.CallCentreID(id)],
		}
	}
	for _, row := range e.rows[kindCallerID] { // order: into a map
		tested := dayStart(row.Tested, zone)
		fact := policy.CallerFact{
			Known: policy.Present, Principal: row.Principal, CallCentre: row.CallCentre, ROC: row.Notified,
			Dead: !tested.IsZero() && !row.Answered,
		}
		if row.Answered {
			fact.TestedAt = tested
		}
		p.callers[blockOf(row.Name)] = fact
	}
	p.blocks = slices.SortedFunc(maps.Keys(p.callers), func(a, b numberBlock) int {
		return cmp.Or(cmp.Compare(a.first(), b.first()), cmp.Compare(a.open, b.open))
	})
	given := mandates{zone: zone, between: map[pair][]entityRow{}}
	for _, id := range slices.Sorted(maps.Keys(e.rows[kindMandate])) {
		row := e.rows[kindMandate][id]
		between := pair{row.Principal, row.CallCentre}
		given.between[between] = append(given.between[between], row)
	}
	for between, rows := range given.between { // order: into a map
		for _, row := range rows {
			for purpose := range strings.SplitSeq(row.Purposes, ",") {
				key := mandateKey{between, purpose}
				if p.mandates[key] == nil {
					p.mandates[key] = given.terms(key, nil)
				}
			}
		}
	}
	return p
}

// mandates are those of a generation as they were entered.
type mandates struct {
	zone    *time.Location
	between map[pair][]entityRow // by id
}

// terms are the times for which a call centre has a mandate. That of a
// sub-contractor holds while that of its contractor does, too; chain is who was
// asked for on the way, so that a ring of contractors ends.
func (m *mandates) terms(key mandateKey, chain []policy.CallCentreID) (terms []policy.MandateFact) {
	for _, row := range m.between[key.pair] {
		if !hasWord(row.Purposes, key.purpose) || slices.Contains(chain, row.Contractor) {
			continue
		}
		own := policy.MandateFact{Known: policy.Present, From: dayStart(row.From, m.zone), Until: dayEnd(row.To, m.zone)}
		if row.Contractor == 0 {
			terms = append(terms, own)
			continue
		}
		above := mandateKey{pair{key.principal, row.Contractor}, key.purpose}
		for _, t := range m.terms(above, append(slices.Clone(chain), key.centre)) {
			if t = overlap(own, t); t.Until.IsZero() || t.From.Before(t.Until) {
				terms = append(terms, t)
			}
		}
	}
	return terms
}

// overlap returns the time that is in both.
func overlap(a, b policy.MandateFact) policy.MandateFact {
	if b.From.After(a.From) {
		a.From = b.From
	}
	if a.Until.IsZero() || !b.Until.IsZero() && b.Until.Before(a.Until) {
		a.Until = b.Until
	}
	return a
}

func hasWord(words, word string) bool {
	for w := range strings.SplitSeq(words, ",") {
		if w == word {
			return true
		}
	}
	return false
}

// dayStart returns the first moment of a day, dayEnd the first one after it; the
// zero time for none.
func dayStart(day string, zone *time.Location) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

func dayEnd(day string, zone *time.Location) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return time.Time{}
	}
	return at.AddDate(0, 0, 1).UTC()
}

// inUnion reports whether a country is a member of the European Union, which is
// what art. 24-bis of D.L. 83/2012 asks; the Economic Area is not enough.
func inUnion(country string) bool {
	return hasWord("AT,BE,BG,HR,CY,CZ,DK,EE,FI,FR,DE,GR,HU,IE,IT,LV,LT,LU,MT,NL,PL,PT,RO,SK,SI,ES,SE", country)
}

// Mandate returns the mandate by which the call centre of a calls for its
// principal and purpose at its time, or else the one that holds longest.
func (s *Snapshot) Mandate(a *policy.Attempt) policy.MandateFact {
	if !s.hasPrincipal(a.Principal) {
		return policy.MandateFact{}
	}
	best := policy.MandateFact{Known: policy.Absent}
	for _, t := range s.parties.mandates[mandateKey{pair{a.Principal, a.CallCentre}, a.Purpose}] {
		ends := t.Until.IsZero() || a.At.Before(t.Until)
		if ends && !a.At.Before(t.From) {
			return t
		}
		if best.Known == policy.Absent || !best.Until.IsZero() && (t.Until.IsZero() || t.Until.After(best.Until)) {
			best = t
		}
	}
	return best
}

// CallCentre returns what the register of operators has of a call centre. The
// fact is unknown when it is not known.
func (s *Snapshot) CallCentre(id policy.CallCentreID) policy.CallCentreFact {
	return s.parties.centres[id]
}

// Caller returns what is on file of the caller id of a: of all identities that
// its INVITE names, the one that speaks most against the call. Numbers are read
// by the dial plan of the trunk, without its strip and prefixes, which belong to
// called numbers. What cannot be a number, as an extension or a name, shows the
// person nothing and is passed over; where nothing else is left, the caller id
// is withheld.
func (s *Snapshot) Caller(a *policy.Attempt) policy.CallerFact {
	plan := numbers.Plan{Country: s.reading.plan.Country}
	if t, ok := s.trunks[a.Trunk]; ok {
		plan.Country = t.Country
	}
	ids := s.callerIDs(a.Profile)
	worst := policy.CallerFact{Known: policy.Absent, Withheld: true}
	found := false
	for text := range strings.SplitSeq(a.CallerID+"\n"+a.OtherIDs, "\n") {
		fact, is := s.parties.identity(plan, text)
		if is && (!found || against(ids, &fact, a) > against(ids, &worst, a)) {
			worst, found = fact, true
		}
	}
	worst.Withheld = worst.Withheld || a.Private
	return worst
}

// against ranks what a caller id says against a call, in the order of rule
// callerid.
func against(ids *policy.CallerIDParams, c *policy.CallerFact, a *policy.Attempt) int {
	switch {
	case c.Known == policy.Absent:
		return 4
	case !ids.Stands(c, a):
		return 3
	case !ids.Lawful(c.Number):
		return 2
	case c.Dead:
		return 1
	}
	return 0
}

// identity looks up one identity, and reports whether it can be a number.
func (p *parties) identity(plan numbers.Plan, text string) (policy.CallerFact, bool) {
	r := plan.Read(text)
	if r.Reading == policy.Readable {
		fact := p.caller(r.Number)
		fact.Number, fact.Country = r.Number, r.Country
		return fact, true
	}
	return policy.CallerFact{Known: policy.Absent}, r.Reading == policy.Emergency || posesAsNumber(text)
}

// longestExtension is how many digits an extension of a PBX may have: more are
// taken for a number that is shown.
const longestExtension = 6

// posesAsNumber reports whether a user part that no number can be read from would
// look like one on a display.
func posesAsNumber(text string) bool {
	text, _, _ = strings.Cut(text, ";")
	digits := 0
	for _, c := range []byte(text) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case !strings.ContainsRune("+-.() ", rune(c)):
			return false
		}
	}
	return digits > longestExtension
}

// caller finds the smallest block that has a number.
func (p *parties) caller(n policy.Number) policy.CallerFact {
	for open := range maxBlock + 1 {
		if fact, ok := p.callers[numberBlock{n / power10(open), open}]; ok {
			return fact
		}
	}
	return policy.CallerFact{Known: policy.Absent}
}

// shown returns a number that may be shown for a, one of the plan's country if
// there is one; 0 if there is none at all.
func (p *parties) shown(plan numbers.Plan, ids *policy.CallerIDParams, a *policy.Attempt) (first policy.Number) {
	for _, b := range p.blocks {
		fact := p.caller(b.first())
		fact.Number = b.first()
		if against(ids, &fact, a) > 0 {
			continue
		}
		if plan.Read(b.first().String()).Country == plan.Country {
			return b.first()
		}
		if first == 0 {
			first = b.first()
		}
	}
	return first
}
