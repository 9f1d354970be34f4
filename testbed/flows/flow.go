package flows

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Flow is one flow as it is written in a file.
type Flow struct {
	Name     string
	RFC      string        // the section that says what must happen
	At       string        // file and line of its name
	Dial     string        // kind of number, see numbers; "" is an allowed one
	Record   string        // outcome, or "refused" and the reason; "" when none is written
	PBX      []string      // settings more for the trunk of the PBX
	Telco    []string      // and for that of the carrier
	IPv6     bool          // the listeners and both parties are on IPv6
	Patience time.Duration // how long a party waits for a message
	Steps    []Step
}

// Step is one message, or a pause of one party.
type Step struct {
	Line     int
	From, To byte // 'A' to 'D', '.' for tregua
	Method   string
	Status   int // of a response; Method is then that of its request, "" the newest
	Phrase   string
	Pause    time.Duration // of From, when there is no message

	SDP   []string // attributes; nil when there is no session description
	Tag   string
	URI   string
	CSeq  int
	Shift int // by how much the CSeq is greater where it arrives
	Hops  int // Max-Forwards
	Fresh bool
	// Compact writes the short forms of header names.
	Compact bool
	Arrives string // Request-URI with which it arrives; "" is the usual one

	Carried []string // headers that arrive as they were sent
	Own     []string // headers that are only sent
	Body    []string
	Want    []string
	Not     []string
}

// patience is how long a party waits for a message unless the flow says more.
const patience = 8 * time.Second

// Read reads the flows of a file. Errors name the line.
func Read(name, text string) (list []Flow, err error) {
	r := reader{}
	for i, line := range strings.Split(text, "\n") {
		r.line = i + 1
		if err := r.take(strings.TrimRight(line, " \t"), name); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, r.line, err)
		}
	}
	return r.list, nil
}

type reader struct {
	line int
	list []Flow
}

func (r *reader) take(line, file string) error {
	if title, ok := strings.CutPrefix(line, "== "); ok {
		name, rfc, ok := strings.Cut(title, " | ")
		if !ok {
			return fmt.Errorf("%q has no section; write == name | RFC 3261 13", line)
		}
		r.list = append(r.list, Flow{Name: name, RFC: rfc, At: fmt.Sprintf("%s:%d", file, r.line), Patience: patience})
		return nil
	}
	switch {
	case line == "" || line[0] == '#':
		return nil
	case len(r.list) == 0:
		return fmt.Errorf("%q stands before the first flow", line)
	}
	f := &r.list[len(r.list)-1]
	if rest, ok := strings.CutPrefix(line, "  "); ok {
		if len(f.Steps) == 0 {
			return fmt.Errorf("%q belongs to no step", line)
		}
		return f.Steps[len(f.Steps)-1].below(rest)
	}
	if len(line) > 6 && line[1:5] == " -> " {
		s, err := readStep(line)
		s.Line = r.line
		f.Steps = append(f.Steps, s)
		return err
	}
	return f.set(line, r.line)
}

// set reads a setting, or a pause.
func (f *Flow) set(line string, at int) (err error) {
	key, value, _ := strings.Cut(line, " ")
	switch key {
	case "dial":
		f.Dial = value
		if _, ok := numbers[value]; !ok {
			return fmt.Errorf("there are no numbers of the kind %q", value)
		}
	case "record":
		f.Record = value
	case "pbx":
		f.PBX = append(f.PBX, value)
	case "telco":
		f.Telco = append(f.Telco, value)
	case "ipv6":
		f.IPv6 = true
	case "patience":
		f.Patience, err = time.ParseDuration(value)
	case "A", "B", "C", "D":
		text, ok := strings.CutPrefix(value, "waits ")
		if !ok {
			return fmt.Errorf("%q is no step; write as %s -> B INVITE, or %s waits 1s", line, key, key)
		}
		s := Step{Line: at, From: key[0]}
		s.Pause, err = time.ParseDuration(text)
		f.Steps = append(f.Steps, s)
	default:
		return fmt.Errorf("%q is no setting: dial, record, pbx, telco, ipv6, patience", key)
	}
	return err
}

// readStep reads "A -> B INVITE sdp" or "B -> A 200 OK to INVITE".
func readStep(line string) (s Step, err error) {
	s.From, s.To, s.Hops = line[0], line[5], 70
	if !strings.ContainsRune("ABCD.", rune(s.From)) || !strings.ContainsRune("ABCD.", rune(s.To)) {
		return s, fmt.Errorf("%q: the parties are A, B, C, D and . for tregua", line)
	}
	words := strings.Fields(line[6:])
	if len(words) == 0 {
		return s, fmt.Errorf("%q says no message", line)
	}
	if n, err := strconv.Atoi(words[0]); err == nil {
		s.Status, s.Phrase = n, phrases[n]
	} else {
		s.Method = words[0]
	}
	return s, s.options(words[1:])
}

// options reads what follows the method or status.
func (s *Step) options(words []string) error {
	var phrase []string
	for i := 0; i < len(words); i++ {
		if words[i] == "sdp" {
			s.SDP = append([]string{}, words[i+1:]...)
			break
		}
		if words[i] == "to" && s.Status != 0 && i+1 < len(words) {
			i++
			s.Method = words[i]
			continue
		}
		key, value, _ := strings.Cut(words[i], "=")
		known, err := s.option(key, value)
		switch {
		case err != nil:
			return fmt.Errorf("%q: %w", words[i], err)
		case !known && s.Status == 0:
			return fmt.Errorf("%q is no option of a request", words[i])
		case !known:
			phrase = append(phrase, words[i])
		}
	}
	return s.named(phrase)
}

func (s *Step) option(key, value string) (known bool, err error) {
	switch key {
	case "fresh":
		s.Fresh = true
	case "compact":
		s.Compact = true
	case "tag":
		s.Tag = value
	case "uri":
		s.URI = value
	case "arrives":
		s.Arrives = value
	case "cseq":
		s.CSeq, err = strconv.Atoi(value)
	case "shift":
		s.Shift, err = strconv.Atoi(value)
	case "hops":
		s.Hops, err = strconv.Atoi(value)
	default:
		return false, nil
	}
	return true, err
}

func (s *Step) named(phrase []string) error {
	if len(phrase) > 0 {
		s.Phrase = strings.Join(phrase, " ")
	}
	if s.Status != 0 && s.Phrase == "" {
		return fmt.Errorf("status %d needs a phrase", s.Status)
	}
	return nil
}

// below reads a line below a step.
func (s *Step) below(line string) error {
	kind, text := line[0], strings.TrimPrefix(line[1:], " ")
	switch kind {
	case '+':
		s.Carried = append(s.Carried, text)
	case '=':
		s.Own = append(s.Own, text)
	case '|':
		s.Body = append(s.Body, text)
	case '?':
		s.Want = append(s.Want, text)
	case '!':
		s.Not = append(s.Not, text)
	default:
		return fmt.Errorf("%q begins with none of + = | ? and !, as a line below a step does", line)
	}
	return nil
}

// phrases are those of RFC 3261 section 21 and its extensions.
var phrases = map[int]string{
	100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 182: "Queued", 183: "Session Progress", 199: "Early Dialog Terminated",
	200: "OK", 202: "Accepted", 300: "Multiple Choices", 301: "Moved Permanently", 302: "Moved Temporarily", 305: "Use Proxy", 380: "Alternative Service",
	400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 407: "Proxy Authentication Required",
	408: "Request Timeout", 410: "Gone", 415: "Unsupported Media Type", 420: "Bad Extension", 421: "Extension Required", 422: "Session Interval Too Small",
	480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 483: "Too Many Hops", 484: "Address Incomplete",
	486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 491: "Request Pending", 500: "Server Internal Error", 501: "Not Implemented",
	503: "Service Unavailable", 504: "Server Time-out", 600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere", 606: "Not Acceptable",
}
