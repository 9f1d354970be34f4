package flows

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the golden files")

// TestAll holds that every flow can be compiled to scenarios that are XML, and
// that there is no name twice.
func TestAll(t *testing.T) {
	t.Parallel()
	list, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 60 || len(list) > 250 {
		t.Errorf("%d flows, want 60 to 250: each has an address of its own", len(list))
	}
	names := map[string]string{}
	for i := range list {
		f := &list[i]
		if at, twice := names[f.Name]; twice {
			t.Errorf("%s: %q stands at %s too", f.At, f.Name, at)
		}
		names[f.Name] = f.At
		p := PlaceOf(i+1, 0, f)
		scenarios, err := Compile(f, &p)
		if err != nil || len(scenarios) == 0 || !scenarios[len(scenarios)-1].Begins {
			t.Errorf("%s: %d scenarios, and somebody must begin: %v", f.At, len(scenarios), err)
		}
		for _, s := range scenarios {
			if err := wellFormed(s.XML); err != nil {
				t.Errorf("%s: %c: %v\n%s", f.At, s.Party, err, s.XML)
			}
		}
	}
}

func wellFormed(text string) error {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// TestCompile compares the scenarios of one flow with what a human has checked.
func TestCompile(t *testing.T) {
	t.Parallel()
	const file = "testdata/cancel.txtar"
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list, err := Read("cancel.flow", string(a.Files[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	p := PlaceOf(7, 0, &list[0])
	scenarios, err := Compile(&list[0], &p)
	if err != nil {
		t.Fatal(err)
	}
	got := a.Files[:1:1]
	for _, s := range scenarios {
		got = append(got, txtar.File{Name: string(rune(s.Party)) + ".xml", Data: []byte(s.XML)})
	}
	if *update {
		a.Files = got
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(a.Files, got); diff != "" {
		t.Errorf("scenarios (-want +got):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	const head = "== x | RFC 3261\n"
	for text, want := range map[string]string{
		"A -> B INVITE":                         "f.flow:1: \"A -> B INVITE\" stands before the first flow",
		"== x":                                  "has no section",
		head + "  + X: y":                       "f.flow:2: \"  + X: y\" belongs to no step",
		head + "A -> B INVITE\n  X: y":          "begins with none of",
		head + "A -> E INVITE":                  "the parties are",
		head + "A -> B INVITE now":              "\"now\" is no option",
		head + "A -> B INVITE cseq=x":           "\"cseq=x\": ",
		head + "A -> B 299":                     "status 299 needs a phrase",
		head + "B sleeps 1s":                    "is no step",
		head + "B waits x":                      "invalid duration",
		head + "dial nobody":                    "no numbers of the kind",
		head + "records x":                      "is no setting",
		head + "patience":                       "invalid duration",
		head + "A -> B INVITE\nB -> A 200 x to": "",
	} {
		_, err := Read("f.flow", text)
		if got := errText(err); want == "" && err != nil || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for steps, want := range map[string]string{
		"A -> B INVITE\nB -> A 200 to BYE": "f.flow:1: line 3: B has no BYE to answer",
		"A waits 1s\nA -> . CANCEL":        "f.flow:1: line 3: A has sent no INVITE for its CANCEL",
	} {
		list, err := Read("f.flow", "== x | RFC 3261\n"+steps)
		if err != nil {
			t.Fatal(err)
		}
		p := PlaceOf(1, 0, &list[0])
		if _, err := Compile(&list[0], &p); !strings.Contains(errText(err), want) {
			t.Errorf("%q: %v, want %q", steps, err, want)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestExplain holds complaints that SIPp wrote.
func TestExplain(t *testing.T) {
	t.Parallel()
	s := Scenario{Steps: []Step{{Line: 3, Method: "INVITE"}, {Line: 5, Method: "INVITE", Status: 180}}}
	const head = "The following events occurred:\n2026-11-22\t19:00:00.201077\t1795374000.201077: "
	for said, want := range map[string]string{
		head + "Aborting call on unexpected message for Call-Id 'flow8': while expecting '180' (index 1), received 'SIP/2.0 488 Not Acceptable Here\r\nVia: x\r\n'": "is at 180 INVITE (line 5), got SIP/2.0 488 Not Acceptable Here",
		head + "Failed regexp match: looking in 'INVITE x\r\n', with regexp 'CSeq: 1 INVITE'":                                                                       `"CSeq: 1 INVITE" is missing`,
		head + "Failed regexp match: header From: not found in message\nINVITE x":                                                                                   "From: is missing",
		head + "Regexp matched but should not: looking in 'SIP/2.0 300 x\r\n', with regexp '@127'":                                                                  `"@127" must not be there`,
		head + "Overload warning: the minor watchdog timer 500ms has been tripped (556), 119 trips remaining.\n":                                                    "",
	} {
		if got := s.explain(said); got != want {
			t.Errorf("%q\n got %q\nwant %q", said, got, want)
		}
	}
}
