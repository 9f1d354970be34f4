package flows

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tregua/testbed/sipp"
)

// Run runs the parties of a flow, their files in dir. The error says what did
// not go as it is written.
func Run(ctx context.Context, dir string, f *Flow, p *Place) error {
	list, err := Compile(f, p)
	if err != nil {
		return err
	}
	whole := time.Duration(0)
	for _, s := range f.Steps {
		whole += s.Pause
	}
	ctx, cancel := context.WithTimeout(ctx, 2*f.Patience+whole)
	defer cancel()
	peers := make([]*sipp.Peer, len(list))
	for i, s := range list {
		if peers[i], err = sipp.Start(ctx, s.config(dir, f, p)); err != nil {
			return err
		}
		defer peers[i].Kill()
	}
	var problems []error
	for i, peer := range peers {
		stats, err := peer.Wait(ctx)
		if err == nil && stats.Succeeded == 1 && stats.Failed == 0 {
			continue
		}
		if said := list[i].explain(peer.Complaints()); said != "" {
			err = errors.New(said)
		}
		problems = append(problems, fmt.Errorf("%c: %w", list[i].Party, orSilent(err)))
	}
	return errors.Join(problems...)
}

func orSilent(err error) error {
	if err == nil {
		return errors.New("the call failed, and SIPp does not say why")
	}
	return err
}

func (s *Scenario) config(dir string, f *Flow, p *Place) sipp.Config {
	c := sipp.Config{
		Name: fmt.Sprintf("%03d-%c", p.N, s.Party), Dir: dir, XML: s.XML, Listen: p.party[s.Party],
		Args: []string{
			"-m", "1", "-nr", "-recv_timeout", strconv.Itoa(int(f.Patience.Milliseconds())),
			"-default_behaviors", "abortunexp", "-cid_str", p.CallID(s.Party), "-deadcall_wait", "0",
		},
	}
	if s.Begins {
		c.Target = p.usFor(s.Party)
	}
	return c
}

var (
	unexpected = regexp.MustCompile(`while expecting '[^']*' \(index (\d+)\), received '((?s:.*?))'`)
	timedOut   = regexp.MustCompile(`timeout on message [^:]*:(\d+)`)
	noMatch    = regexp.MustCompile(`(?s)Failed regexp match.*?with regexp '(.*?)'`)
)

// explain puts the complaints of SIPp in the words of the flow.
func (s *Scenario) explain(complaints string) string {
	if m := unexpected.FindStringSubmatch(complaints); m != nil {
		line, _, _ := strings.Cut(m[2], "\n")
		return fmt.Sprintf("waits for %s, got %s", s.stepAt(m[1]), strings.TrimSpace(line))
	}
	if m := timedOut.FindStringSubmatch(complaints); m != nil {
		return "waits in vain for " + s.stepAt(m[1])
	}
	if m := noMatch.FindStringSubmatch(complaints); m != nil {
		return fmt.Sprintf("%q is missing or must not be there", m[1])
	}
	_, said, _ := strings.Cut(complaints, "occurred:") // what stands before is a date
	return strings.Join(strings.Fields(said), " ")
}

func (s *Scenario) stepAt(index string) string {
	i, err := strconv.Atoi(index)
	if err != nil || i >= len(s.Steps) {
		return "step " + index
	}
	st := s.Steps[i]
	what := st.Method
	if st.Status != 0 {
		what = strings.TrimSpace(fmt.Sprintf("%d %s", st.Status, st.Method))
	}
	return fmt.Sprintf("%s (line %d)", what, st.Line)
}
