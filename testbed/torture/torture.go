// Package torture reads the table of the torture messages of RFC 4475 and
// RFC 5118 that lies beside them in proxy/wire/testdata/torture: for each what
// its RFC asks, what tregua does with it and why, and what sipgo's parser and
// Kamailio do. The tests of proxy/wire and proxy hold their columns against the
// code, those of this package, built with the tag testbed, that of Kamailio.
package torture

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
)

// Case is one message with its row of the table.
type Case struct {
	Name    string `yaml:"name"`    // its file is Name.dat
	Section string `yaml:"section"` // "RFC 4475 3.1.1.1"
	Title   string `yaml:"title"`   // of that section
	Legal   bool   `yaml:"legal"`   // is it a message of RFC 3261?
	Asks    string `yaml:"asks"`    // what the RFC asks of who receives it

	// Read is "accepted", or the error with which wire.Read refuses it.
	Read string `yaml:"read"`
	// Does is what tregua does with it: "forwarded", "judged and forwarded" (an
	// INVITE that the policy allows), "dropped", or the status of its answer.
	Does string `yaml:"does"`
	// Later is what it will do when a flow that is not built yet is; then it
	// takes the place of Does.
	Later string `yaml:"later,omitempty"`
	Why   string `yaml:"why"`

	// Sipgo is "accepted" or "refused", SipgoWhy the reason for a difference.
	Sipgo    string `yaml:"sipgo"`
	SipgoWhy string `yaml:"sipgo_why,omitempty"`
	// Kamailio is in the words of Does; a forwarded INVITE is not judged there.
	Kamailio    string `yaml:"kamailio"`
	KamailioWhy string `yaml:"kamailio_why,omitempty"`

	Data []byte `yaml:"-"` // the datagram
}

// Response tells whether the message is a response, which comes from a carrier;
// requests come from a PBX.
func (c *Case) Response() bool { return bytes.HasPrefix(c.Data, []byte("SIP/")) }

// Table is the name of the table beside the messages.
const Table = "table.yaml"

// Load returns the rows of the table in dir, in order, with their messages.
func Load(t testing.TB, dir string) []Case {
	t.Helper()
	cases, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func load(dir string) ([]Case, error) {
	text, err := os.ReadFile(filepath.Join(dir, Table))
	if err != nil {
		return nil, err
	}
	var cases []Case
	if err := yaml.UnmarshalWithOptions(text, &cases, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", Table, err)
	}
	for i := range cases {
		if cases[i].Data, err = os.ReadFile(filepath.Join(dir, cases[i].Name+".dat")); err != nil {
			return nil, err
		}
	}
	return cases, nil
}
