package rules

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"tregua/policy"
	bars "tregua/policy/bar"
)

// setting is what a case is judged by. Case files set it word by word.
type setting struct {
	params  policy.Params
	attempt policy.Attempt
	facts   policy.Facts
	silent  bars.Bar // the silent call that left a bar; At zero: none
	fresh   bool     // a word said when the blacklist was synchronised
}

// TestCases reads testdata/RULE.txt for every rule: a line is words that say
// how it differs from a plain call, and what the rule alone says of it. A line
// that begins with "given" holds for the lines below it.
func TestCases(t *testing.T) {
	t.Parallel()
	for _, r := range Table().Rules() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			reached := map[policy.Reason]bool{}
			for _, c := range casesOf(t, r.Name) {
				s := c.setting(t, nil)
				found := r.Judge(&s.params, &s.attempt, &s.facts)
				reached[found.Reason] = true
				got := verdict(found)
				if strings.Contains(c.want, "(") { // what the trail says of it counts too
					got += " (" + found.Note + ")"
				}
				if got != c.want {
					t.Errorf("line %d: %s -> %s\n\tgot %s (%s)", c.line, c.words, c.want, got, found.Note)
				}
			}
			for _, want := range r.Reasons {
				if !reached[want] {
					t.Errorf("no case reaches %s", want)
				}
			}
			for reason := range policy.Reasons() {
				if reached[reason] && !slices.Contains(r.Reasons, reason) {
					t.Errorf("refuses with %s, which its Reasons leave out", reason)
				}
			}
		})
	}
}

func verdict(f policy.Finding) string {
	switch f.Reason {
	case policy.OK:
		if f.Claim != policy.NoClaim {
			return "abstain, claims " + f.Claim.String() + ": " + f.Note
		}
		return "abstain"
	case policy.Passes:
		return "pass"
	case policy.NotRead:
		return "not read"
	default:
		if f.Shadow {
			return "in shadow " + f.Reason.String()
		}
		return "refuse " + f.Reason.String()
	}
}

// plain is a call that nothing speaks against.
func plain(t *testing.T) *setting {
	t.Helper()
	s, err := plainOnce()
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

var plainOnce = sync.OnceValues(func() (setting, error) {
	it, err := readProfile("it")
	s := setting{params: it, attempt: policy.Attempt{
		Reading: policy.Readable, Called: 393331234567, Country: "IT", Zone: "Europe/Rome",
		Mapping: policy.Mapped, Campaign: 1, Principal: 1, CallCentre: 1, Account: 1,
		Purpose: "marketing", Channel: policy.ChannelOperator, Ground: policy.GroundDirectory,
	}}
	words := []string{
		"at=2026-11-20T10:00", "synced=yes", "blacklist=absent", "consent=absent", "bar=absent",
		"list=approved", "hold=absent", "contract=absent", "request=absent", "refusal=absent", "rings=absent", "gate=absent",
		"registry=clear", "answered=2026-11-19T10:00",
		"mandate=2026-01-01T00:00", "centre=IT", "caller=present",
	}
	for i := 0; i < len(words) && err == nil; i++ {
		err = s.set(words[i])
	}
	return s, err
})

// set takes one word. The words of a rule are in one of the functions; a rule of
// its own file of cases may have one too.
func (s *setting) set(word string) error {
	key, v, _ := strings.Cut(word, "=")
	for _, words := range []func(*setting, string, string) error{
		(*setting).setAttempt, (*setting).setFact, (*setting).setBar, (*setting).setGround, (*setting).setConsent, (*setting).setParties,
		(*setting).setList, (*setting).setRings, (*setting).setGate,
	} {
		if err := words(s, key, v); !errors.Is(err, errNoWord) {
			s.settle()
			return err
		}
	}
	return errNoWord
}

var errNoWord = errors.New("no such word")

func (s *setting) setAttempt(key, v string) (err error) {
	a, f := &s.attempt, &s.facts
	switch key {
	case "profile":
		s.params, err = readProfile(v)
	case "over":
		err = s.params.Registry.ConsentOverOpposition.Value.UnmarshalText([]byte(v))
	case "holidays":
		s.params.Hours.Holidays.Value = make([]policy.Day, 1)
		err = s.params.Hours.Holidays.Value[0].UnmarshalText([]byte(v))
	case "fallback":
		s.params.Hours.Zone = v
	case "calendar":
		s.params.Hours.Calendar = v
	case "at":
		a.At, err = readTime(v)
	case "synced":
		a.Synced = v == "yes"
	case "reading":
		a.Reading, err = enum(v, policy.Unreadable, policy.Readable, policy.Emergency)
	case "emergency":
		a.Emergency, a.Called = v, 0
	case "called":
		a.Called = 0
	case "isup":
		a.ISUP.Form = policy.ISUPUnreadable
		if v != "unreadable" {
			var n uint64
			n, err = strconv.ParseUint(v, 10, 64)
			a.ISUP.Form, a.ISUPCalled = policy.ISUPInternational, policy.Number(n)
		}
	case "mapping":
		a.Mapping, err = enum(v, policy.Unmapped, policy.Mapped, policy.Ambiguous)
	case "campaign":
		a.Campaign = 0
	case "ground":
		a.Ground, err = enum(v, policy.NoGround, policy.GroundDirectory, policy.GroundConsent, policy.GroundContract, policy.GroundRequest, policy.Ground(9))
	case "channel":
		a.Channel, err = policy.ParseChannel(v)
	case "dial":
		a.DialMode, err = policy.ParseDialMode(v)
	case "pledged":
		a.Pledged = v == "yes"
	case "zone":
		a.Zone, a.OtherZones, _ = strings.Cut(strings.ReplaceAll(v, "+", " "), " ")
	case "fault":
		f.Fault, err = enum(v, policy.StoreFailed, policy.DeskBusy, policy.DataBroken)
	case "blacklist":
		f.Blacklist.Known, err = enum(v, policy.Unknown, policy.Absent, policy.Present)
	default:
		return errNoWord
	}
	return err
}

func (s *setting) setFact(key, v string) (err error) {
	r, c := &s.facts.Registry, &s.facts.Consent
	switch key {
	case "registry":
		if r.Known, err = enum(v, policy.Unknown, policy.Absent); err != nil {
			r.Known = policy.Present
			r.Answer, err = enum(v, policy.NotAsked, policy.Clear, policy.Opposed)
		}
	case "answered":
		r.AnsweredAt, err = readTime(v)
	case "since":
		r.OpposedSince, err = readTime(v)
	case "consent":
		*c = policy.ConsentFact{Channels: 1 << policy.ChannelOperator, Evidence: "form 12"}
		if c.Known, err = enum(v, policy.Unknown, policy.Absent); err != nil {
			c.Known = policy.Present
			if c.GivenAt, err = readTime(v); v == "undated" {
				err = nil
			}
		}
	case "revoked":
		c.RevokedAt, err = readTime(v)
	case "channels":
		c.Channels = 0
		if v != "" {
			var ch policy.Channel
			ch, err = policy.ParseChannel(v)
			c.Channels = 1 << ch
		}
	default:
		return errNoWord
	}
	return err
}

// enum finds the value whose slug or number is s.
func enum[E interface {
	~uint8
	String() string
}](s string, values ...E) (E, error) {
	for _, v := range values {
		if v.String() == s || strconv.Itoa(int(v)) == s {
			return v, nil
		}
	}
	return 0, fmt.Errorf("use one of %v", values)
}

var rome = sync.OnceValues(func() (*time.Location, error) { return time.LoadLocation("Europe/Rome") })

// readTime reads a time of Rome, or one with its own zone; "" is none.
func readTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	rome, err := rome()
	if err != nil {
		return time.Time{}, err
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, rome); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("time %q: use 2006-01-02T15:04", s)
}

func profile(t *testing.T, name string) policy.Params {
	t.Helper()
	p, err := readProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// readProfile reads a profile as it ships; it-code is laid over it. Its slices
// are shared and must not be written to.
func readProfile(name string) (policy.Params, error) {
	profiles, err := profilesOnce()
	p, ok := profiles[name]
	if err == nil && !ok {
		err = errors.New("there is no such profile")
	}
	return p, err
}

var profilesOnce = sync.OnceValues(func() (map[string]policy.Params, error) {
	read := func(name string) (p policy.Params, err error) {
		b, err := os.ReadFile("../../configs/profiles/" + name + ".yaml")
		if err != nil {
			return p, err
		}
		err = yaml.UnmarshalWithOptions(b, &p, yaml.Strict())
		return p, err
	}
	profiles := map[string]policy.Params{}
	var errs []error
	for _, name := range []string{"it", "it-code", "fr", "gb", "us", "es", "de"} {
		p, err := read(name)
		profiles[name], errs = p, append(errs, err)
	}
	profiles["it-code"] = profiles["it"].Overlay(profiles["it-code"])
	return profiles, errors.Join(errs...)
})
