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
		if err := list[i].judge(ctx, peer); err != nil {
			problems = append(problems, fmt.Errorf("%c: %w", list[i].Party, err))
		}
	}
	return errors.Join(problems...)
}

// judge waits for a party and says what was not as it is written.
func (s *Scenario) judge(ctx context.Context, peer *sipp.Peer) error {
	stats, err := peer.Wait(ctx)
	said := s.explain(peer.Complaints())
	switch {
	case err == nil && stats.Succeeded == 1 && stats.Failed == 0:
		return nil
	case said != "":
		return errors.New(said)
	case err != nil && ctx.Err() != nil && !s.Begins:
		return errors.New("nothing came")
	case err != nil:
		return err
	}
	return errors.New("the call failed, and SIPp does not say why")
}

func (s *Scenario) config(dir string, f *Flow, p *Place) sipp.Config {
	c := sipp.Config{
		Name: fmt.Sprintf("%03d-%d-%c", p.N, p.Try, s.Party), Dir: dir, XML: s.XML, Listen: p.party[s.Party],
		Args: []string{
			"-m", "1", "-nr", "-recv_timeout", strconv.Itoa(int(f.Patience.Milliseconds())),
			"-default_behaviors", "abortunexp", "-cid_str", p.CallID(s.Party), "-deadcall_wait", "0",
			"-watchdog_interval", "0", // it ends a SIPp that was held up, and says nothing
		},
	}
	if s.Begins {
		c.Target = p.usFor(s.Party)
	}
	return c
}

var (
	unexpected = regexp.MustCompile(`(?:while expecting '[^']*'|while sending) \(index (\d+)\), received '((?s:.*?))'`)
	timedOut   = regexp.MustCompile(`timeout on message [^:]*:(\d+)`)
	noMatch    = regexp.MustCompile(`(?s)Failed regexp match.*?with regexp '(.*?)'`)
	noHeader   = regexp.MustCompile(`Failed regexp match: header (\S+) not found`)
	match      = regexp.MustCompile(`(?s)Regexp matched but should not.*with regexp '(.*?)'`)
)

// explain puts the complaints of SIPp in the words of the flow.
func (s *Scenario) explain(complaints string) string {
	if m := noMatch.FindStringSubmatch(complaints); m != nil {
		return fmt.Sprintf("%q is missing", m[1])
	}
	if m := noHeader.FindStringSubmatch(complaints); m != nil {
		return m[1] + " is missing"
	}
	if m := match.FindStringSubmatch(complaints); m != nil {
		return fmt.Sprintf("%q must not be there", m[1])
	}
	if m := unexpected.FindStringSubmatch(complaints); m != nil {
		line, _, _ := strings.Cut(m[2], "\n")
		return fmt.Sprintf("is at %s, got %s", s.stepAt(m[1]), strings.TrimSpace(line))
	}
	if m := timedOut.FindStringSubmatch(complaints); m != nil {
		return "waits in vain for " + s.stepAt(m[1])
	}
	var said []string
	for line := range strings.Lines(complaints) {
		if !strings.Contains(line, "Overload warning") && !strings.Contains(line, "events occurred") {
			said = append(said, strings.TrimSpace(line))
		}
	}
	return strings.TrimSpace(strings.Join(said, " "))
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
