package configs

import (
	"fmt"
	"time"

	"github.com/goccy/go-yaml/ast"
	fnote "github.com/transparency-dev/formats/note"

	"tregua/policy/keep"
)

// Ledger says how long records tell of persons, and who outside sees the checkpoints
// of the proof log.
type Ledger struct {
	Role      keep.Role
	Keep      keep.Terms    // what is personal of a record, by class
	Public    keep.Term     // what is public of a record, from the end of its month
	Beside    keep.Beside   // what is kept beside records, by kind
	Regulator bool          // the records are to convince an authority: somebody outside must see checkpoints
	Every     time.Duration // how often
	Anchors   []Anchor
}

// Anchor is one who is given checkpoints; of TimeStamp, Witness, Folder, Webhook and
// Mail one is set.
type Anchor struct {
	Name      string // slug
	TimeStamp string // URL of a time-stamping authority (RFC 3161)
	CA        string // file with its root certificates, PEM
	Witness   string // URL of a witness (c2sp.org/tlog-witness)
	Key       string // vkey of its cosignatures
	Folder    string
	Webhook   string // URL
	Secret    string // file with the secret of the webhook
	Mail      Mail
}

func (r *reader) ledger(s *section) Ledger {
	defer s.end()
	l := Ledger{Role: value(s, "role", keep.CallCentre, choice(
		word[keep.Role]{word: keep.CallCentre.String()},
		word[keep.Role]{word: keep.Processor.String(), value: keep.Processor},
		word[keep.Role]{word: keep.Telco.String(), value: keep.Telco},
	))}
	l.Keep = l.Role.Terms()
	terms := s.section("keep")
	defer terms.end()
	for c := range keep.Classes {
		l.Keep[c] = value(terms, c.String(), l.Keep[c], readTerm(func(t keep.Term) error { return l.Role.Check(c, t) }))
	}
	l.Public = value(terms, "records", keep.Public.Keep, readTerm(keep.CheckPublic))
	l.Beside = keep.BesideTerms()
	for k := range keep.Kinds {
		l.Beside[k] = value(terms, k.String(), l.Beside[k], readTerm(k.Check))
	}
	l.Regulator = value(s, "evidence", false, choice(word[bool]{word: "own"}, word[bool]{word: "regulator", value: true}))
	a := s.section("anchor")
	defer a.end()
	l.Every = value(a, "every", time.Hour, readAnchorEvery)
	to := a.items("to")
	names := make([]string, 0, len(to))
	for i, n := range to {
		one := r.anchor(a.item("to", i), n)
		r.checkName("ledger.anchor.to", i, one.Name, names)
		l.Anchors, names = append(l.Anchors, one), append(names, one.Name)
	}
	if l.Regulator && len(l.Anchors) == 0 && !r.hasProblem(a.join("to")) {
		r.wrong(s.join("evidence"), "regulator needs somebody outside who sees checkpoints; name one in anchor.to")
	}
	return l
}

// readTerm reads a term that a check lets pass.
func readTerm(check func(keep.Term) error) func(string) (keep.Term, error) {
	return func(text string) (keep.Term, error) {
		t, err := keep.ParseTerm(text)
		if err == nil {
			err = check(t)
		}
		return t, err
	}
}

func (r *reader) anchor(path string, n ast.Node) Anchor {
	s := r.open(path, n)
	defer s.end()
	a := Anchor{
		Name:      value(s, "name", "", readSlug),
		TimeStamp: value(s, "time_stamp", "", readAuthority),
		CA:        value(s, "ca_file", "", r.path),
		Witness:   value(s, "witness", "", readWebhook),
		Key:       value(s, "key", "", readWitnessKey),
		Folder:    value(s, "folder", "", r.path),
		Webhook:   value(s, "webhook", "", readWebhook),
		Secret:    value(s, "secret_file", "", r.path),
		Mail:      r.mail(s),
	}
	s.missing("name", "name it once and for all: its anchors are kept by the name")
	given := 0
	for _, key := range []struct{ name, with, mend string }{
		{"time_stamp", "ca_file", "name a file with the root certificates of the authority, as PEM"},
		{"witness", "key", "give the vkey by which its cosignatures are verified"},
		{"folder", "", ""},
		{"webhook", "secret_file", "name a file with the secret that the receiver checks signatures by"},
		{"mail", "", ""},
	} {
		switch has := s.has(key.name); {
		case has && key.with != "":
			s.missing(key.with, key.mend)
			given++
		case has:
			given++
		case key.with != "" && s.has(key.with):
			r.wrong(s.join(key.with), "goes with %s, which is not given", key.name)
		}
	}
	if given != 1 {
		r.wrong(path, "give it time_stamp, witness, folder, webhook or mail: one of them")
	}
	return a
}

// readAnchorEvery reads the time between two anchors.
func readAnchorEvery(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no duration; write as 1h", text)
	case d < time.Minute || d > 24*time.Hour:
		return 0, fmt.Errorf("%s is no time between two anchors; use 1m to 24h", text)
	}
	return d, nil
}

// checkLedger holds that what leaves the house does not stay in it.
func (r *reader) checkLedger(c *Config) {
	for i, a := range c.Ledger.Anchors {
		if a.Folder != "" && (within(a.Folder, c.Node.Data) || within(a.Folder, c.Node.Keys)) {
			r.wrong(item("ledger.anchor.to", i, "folder"), "lies where tregua keeps its own; an anchor is of use on another system only")
		}
	}
}

// readAuthority reads the URL of a time-stamping authority. Most have no TLS: what
// comes back is signed, and what goes there tells nothing.
func readAuthority(text string) (string, error) {
	u, err := readURL(text)
	if err != nil {
		return "", err
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return "", fmt.Errorf("%q is neither http nor https", text)
	}
	return text, nil
}

func readWitnessKey(text string) (string, error) {
	if _, err := fnote.NewVerifierForCosignatureV1(text); err != nil {
		return "", fmt.Errorf("%q is no vkey of a witness (c2sp.org/tlog-cosignature): %w", text, err)
	}
	return text, nil
}
