// Package mapping says by what in an INVITE a call is known to belong to a
// campaign, as the dialer need not say it (wire.md D12). A trunk has [Rule]s, in
// order; package configs reads them, package book follows them, and package
// suggest proposes them. What an INVITE says is looked up in a [Table].
package mapping

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Way is what a rule looks at.
type Way uint8

// The ways.
const (
	ByPrefix     Way = iota // tech prefix of the called number: numbers.prefixes of the trunk
	ByCallerID              // P-Asserted-Identity, or else From
	ByHeader                // a header of the INVITE
	ByDisplay               // the display name of From: ViciDial has its call id there
	BySourcePort            // UDP or TCP port that the INVITE came from
	ByList                  // the campaigns whose lists hold the called number
)

// ways are the words of the config, by value.
var ways = [...]string{"prefix", "caller_id", "header", "display", "source_port", "list"}

// String returns the word of the config.
func (w Way) String() string {
	if int(w) < len(ways) {
		return ways[w]
	}
	return fmt.Sprintf("way %d", uint8(w))
}

// Rule is one way to find the campaign of a call. It says nothing of a call that
// none of its entries fits.
type Rule struct {
	By     Way
	Header string // of ByHeader: its name
	// Entries are those of ByCallerID, ByHeader, ByDisplay and BySourcePort. A
	// header or display name without entries holds the campaign itself: its name
	// or an alias.
	Entries []Entry
}

// Entry says whose calls they are that say Value.
type Entry struct {
	Value string // see [ReadValue]
	// Campaigns are "principal/campaign"; of more than one the rules behind this
	// one tell which it is.
	Campaigns []string
}

// Coded reports whether what the INVITE says is the campaign's own name.
func (r *Rule) Coded() bool { return len(r.Entries) == 0 && (r.By == ByHeader || r.By == ByDisplay) }

const (
	// MaxSaid is how many bytes of a header or display name are looked at.
	MaxSaid = 64
	// MaxEntries is how many entries a rule may have.
	MaxEntries = 1000
	// MaxTogether is how many campaigns an entry may have.
	MaxTogether = 8
	// MaxHeaders is how many headers the rules of a trunk may look at.
	MaxHeaders = 8
)

// ReadValue returns nil when a value can be looked up: a caller id as
// "+390612345678" or "+39061234*", or as it stands in the header when it is no
// number; a header or display name as it is written, with "?" for any character
// and "*" at the end for any rest; a port or a span of them, as "5070-5079".
func ReadValue(by Way, text string) error {
	switch {
	case text == "" || len(text) >= MaxSaid:
		return fmt.Errorf("%q has %d bytes; write 1 to %d", text, len(text), MaxSaid-1)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return fmt.Errorf("%q has control characters or is not UTF-8; remove them", text)
	case by == BySourcePort:
		_, err := readSpan(text)
		return err
	case strings.Contains(strings.TrimSuffix(text, "*"), "*"):
		return fmt.Errorf("%q: a * stands at the end only; write ? for one character", text)
	case by == ByCallerID:
		return readCaller(text)
	}
	return nil
}

// longestExtension is how many digits the extension of a PBX may have.
const longestExtension = 6

func readCaller(text string) error {
	digits, plus := strings.CutPrefix(text, "+")
	digits, block := strings.CutSuffix(digits, "*")
	number := digits != "" && strings.Trim(digits, "0123456789") == ""
	switch {
	case plus && !number, block && !plus, strings.Contains(text, "?"):
		return fmt.Errorf("%q is no caller id; write +390612345678, or a block as +39061234*", text)
	case number && !plus && len(digits) > longestExtension:
		return fmt.Errorf("%q: write a number with plus and country code, as +390612345678", text)
	}
	return nil
}

// Validate reports every mistake of the rule.
func (r *Rule) Validate() error {
	mistakes := []error{r.shape()}
	seen := map[string]bool{}
	for _, e := range r.Entries {
		mistakes = append(mistakes, ReadValue(r.By, e.Value))
		if seen[e.Value] {
			mistakes = append(mistakes, fmt.Errorf("%q stands twice", e.Value))
		}
		seen[e.Value] = true
		if n := len(e.Campaigns); n == 0 || n > MaxTogether {
			mistakes = append(mistakes, fmt.Errorf("%q has %d campaigns; name 1 to %d", e.Value, n, MaxTogether))
		}
	}
	return errors.Join(mistakes...)
}

// shape says what is missing of the rule, or too much.
func (r *Rule) shape() error {
	valued := r.By != ByPrefix && r.By != ByList
	switch {
	case (r.Header != "") != (r.By == ByHeader):
		return errors.New("a header has a name, and nothing else has one")
	case !valued && len(r.Entries) > 0:
		return fmt.Errorf("%s has no map; remove it", r.By)
	case valued && len(r.Entries) == 0 && !r.Coded():
		return fmt.Errorf("%s needs a map, as {map: {VALUE: principal/campaign}}", r.By)
	case len(r.Entries) > MaxEntries:
		return fmt.Errorf("%d values are too many; write %d at most", len(r.Entries), MaxEntries)
	}
	return nil
}

// span is a span of ports.
type span struct{ from, to uint16 }

func readSpan(text string) (s span, err error) {
	low, high, two := strings.Cut(text, "-")
	if !two {
		high = low
	}
	from, err1 := strconv.ParseUint(low, 10, 16)
	to, err2 := strconv.ParseUint(high, 10, 16)
	if err1 != nil || err2 != nil || from == 0 || from > to {
		return span{}, fmt.Errorf("%q is no port; write 5062, or 5070-5079", text)
	}
	return span{uint16(from), uint16(to)}, nil
}
