package flows

import (
	"fmt"
	"strings"
)

// writer writes a SIPp scenario.
type writer struct {
	out      strings.Builder
	steps    []Step // by SIPp's message index
	vars     int
	names    []string
	seen     map[string]bool
	trying   bool   // a 100 may come before what is received next
	lastSent string // method
}

// check looks for something in what is received.
type check struct {
	header   string // "": anywhere
	text     string // POSIX extended regular expression
	variable string // keeps what was found; "" is none
	not      bool   // it must not be found
}

func literal(text string) check { return check{text: quoted(text)} }

// quoted makes a regular expression that stands for a text.
func quoted(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`.[]{}()*+?|^$\`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// escaped writes a text so that SIPp sends it as it is: brackets are its
// keywords, and white space at the beginning of a line is cut.
func escaped(text string) string {
	if strings.HasPrefix(text, "[$") || strings.HasPrefix(text, "[last_") {
		return text
	}
	text = strings.NewReplacer(`\`, `\x5C`, "[", `\x5B`).Replace(text)
	if cut := strings.TrimLeft(text, " \t"); len(cut) < len(text) {
		text = fmt.Sprintf(`\x%02X`, text[0]) + text[1:]
	}
	return text
}

func (w *writer) pause(s Step) {
	fmt.Fprintf(&w.out, "  <pause milliseconds=\"%d\"/>\n", s.Pause.Milliseconds())
	w.steps = append(w.steps, s)
}

func (w *writer) send(s Step, text string) {
	w.trying = false
	if s.Status == 0 {
		w.lastSent = s.Method
	}
	fmt.Fprintf(&w.out, "  <send>\n    <![CDATA[\n%s\n    ]]>\n  </send>\n", text)
	w.steps = append(w.steps, s)
}

func (w *writer) recv(s Step, what string, checks []check) {
	if w.trying && s.Status != 100 {
		w.out.WriteString("  <recv response=\"100\" optional=\"true\"/>\n")
		w.steps = append(w.steps, Step{Line: s.Line, From: '.', Status: 100})
	}
	w.trying = false
	fmt.Fprintf(&w.out, "  <recv %s>\n    <action>\n", what)
	for _, c := range checks {
		where := `search_in="msg"`
		if c.header != "" {
			where = fmt.Sprintf(`search_in="hdr" header="%s"`, c.header)
		}
		name := c.variable
		if name == "" {
			name = "found"
		}
		must := "check_it"
		if c.not {
			must = "check_it_inverse"
		}
		fmt.Fprintf(&w.out, "      <ereg regexp=\"%s\" %s %s=\"true\" assign_to=\"%s\"/>\n", entities.Replace(c.text), where, must, name)
		w.name(name)
	}
	w.out.WriteString("    </action>\n  </recv>\n")
	w.steps = append(w.steps, s)
}

func (w *writer) name(name string) {
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	if !w.seen[name] {
		w.seen[name] = true
		w.names = append(w.names, name)
	}
}

// document is the whole scenario. SIPp wants to be told of variables that are
// used once.
func (w *writer) document(name string) string {
	var refs string
	if len(w.names) > 0 {
		refs = fmt.Sprintf("  <Reference variables=\"%s\"/>\n", strings.Join(w.names, ","))
	}
	return fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE scenario SYSTEM \"sipp.dtd\">\n<scenario name=\"%s\">\n%s%s</scenario>\n",
		entities.Replace(name), w.out.String(), refs)
}
