package book

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// PersonLine is one thing that a principal knows of the holder of a number, in
// the words of people.
type PersonLine struct {
	Kind     string    // consent, revoked, contract, request, passed_on, hold, refusal
	At       time.Time // given, begun, asked, since
	Until    time.Time // revoked, ended, the end of a request; zero: without
	Purpose  string    // "": every purpose, or none is asked for
	Detail   string    // channels and provenance of a consent, the agreed time of a request
	Evidence string
	Source   string // "import 7 consents.csv", or "entered by anna"
}

// Principal returns the principal of that name.
func (s *Snapshot) Principal(name string) (policy.PrincipalID, error) {
	id, _, ok := s.entities.get(kindPrincipal, name)
	if !ok {
		return 0, unknown("there is no principal %q", name)
	}
	return policy.PrincipalID(id), nil
}

// Lines returns everything that p knows of the holder of n, the newest first, but
// the blacklist. Unlike [Snapshot.Person] it chooses nothing: what was revoked,
// or a former holder said, stands there too.
func (s *Snapshot) Lines(r store.Reader, p policy.PrincipalID, n policy.Number) ([]PersonLine, error) {
	row, _, err := getPerson(r, personKey(p, s.keys.Index(n)))
	if err != nil {
		return nil, err
	}
	var lines []PersonLine
	lines = append(lines, linesOf(s, row.Consents, consent.line)...)
	lines = append(lines, linesOf(s, row.Contracts, contract.line)...)
	lines = append(lines, linesOf(s, row.Requests, request.line)...)
	lines = append(lines, linesOf(s, row.Revocations, revocation.line)...)
	lines = append(lines, linesOf(s, row.Passings, passing.line)...)
	if h := row.Hold; h != nil {
		lines = append(lines, PersonLine{Kind: "hold", At: h.Since.time(), Evidence: h.Why, Source: "entered by " + h.Actor})
	}
	if row.RefusedAt != 0 {
		lines = append(lines, PersonLine{Kind: "refusal", At: row.RefusedAt.time()})
	}
	slices.SortStableFunc(lines, func(a, b PersonLine) int { return b.At.Compare(a.At) })
	return lines, nil
}

// linesOf words the items that hold, with who said them.
func linesOf[T comparable](s *Snapshot, items []told[T], word func(T) PersonLine) (lines []PersonLine) {
	for _, t := range items {
		if !s.believes(t.Parts, t.At) {
			continue
		}
		line := word(t.Is)
		line.Source = s.Source(s.newestBelieved(t.Parts))
		if t.At != 0 {
			line.Source = "entered by " + t.Actor
		}
		lines = append(lines, line)
	}
	return lines
}

func (c consent) line() PersonLine {
	words := []string{strings.Join(channelWords(c.Channels), "+")}
	for _, w := range []struct {
		word string
		is   bool
	}{
		{"bundled", c.Bundled},
		{"conditional", c.Conditional},
		{"broken", c.Broken},
		{"other_operator", c.OtherOperator},
		{strconv.Itoa(int(c.Hops)) + " hops", c.Hops > 0},
	} {
		if w.is {
			words = append(words, w.word)
		}
	}
	return PersonLine{
		Kind: "consent", At: c.GivenAt.time(), Until: c.RevokedAt.time(), Purpose: c.Purpose,
		Detail: strings.Join(words, " "), Evidence: c.Evidence,
	}
}

func (c contract) line() PersonLine {
	return PersonLine{Kind: "contract", At: c.From.time(), Until: c.EndedAt.time(), Purpose: c.Purpose, Evidence: c.Evidence}
}

func (r request) line() PersonLine {
	line := PersonLine{Kind: "request", At: r.At.time(), Until: r.Until.time(), Evidence: r.Evidence}
	if r.AgreedAt != 0 {
		line.Detail = "at " + r.AgreedAt.time().Format(time.RFC3339)
	}
	return line
}

func (r revocation) line() PersonLine {
	return PersonLine{Kind: "revoked", At: r.At.time(), Purpose: r.Purpose}
}

func (p passing) line() PersonLine { return PersonLine{Kind: "passed_on", At: p.At.time()} }
