package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"tregua/media"
	"tregua/media/replay"
)

// seconds writes a time of a call for people.
func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// verdict says in words what would have become of a call.
func (r *replayRun) verdict(result *replay.Result) string {
	switch result.Verdict(r.cut) {
	case replay.Kept:
		return "operator in time, kept"
	case replay.Cut:
		if result.Evidence.Operator {
			return "operator too late, cut"
		}
		return "no operator, cut"
	case replay.Over:
		if result.Ended {
			return "ended before the cut"
		}
		return "the capture ends before the cut"
	case replay.Unsaid:
		if result.Call.Encrypted {
			return "encrypted, not heard"
		}
		return "codec not known, not heard"
	case replay.Unseen:
		return "no media of the PBX's side in the capture"
	}
	return "?"
}

// print writes the table and what each verdict rests on. It returns whether a
// call could not be judged.
func (r *replayRun) print(results []replay.Result, pictures []string, tally *replay.Tally) (unheard bool) {
	t := tabwriter.NewWriter(r.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CALL\tANSWERED\tFORMATS\tPACKETS\tLOST\tFIRST HEARD\tDECIDED\tVERDICT")
	for i := range results {
		call := &results[i]
		heard, decided := "-", "-"
		if call.Evidence.Operator {
			heard, decided = seconds(call.Evidence.Onset), seconds(call.Evidence.Decided)
		}
		a, b := &call.Traffic[media.A], &call.Traffic[media.B]
		fmt.Fprintf(t, "%d\t%s\t%s\t%d/%d\t%d/%d\t%s\t%s\t%s\n", i+1, when(tally.Start.Add(call.Call.Answered)), replayFormats(call),
			a.Packets, b.Packets, a.Missing, b.Missing, heard, decided, r.verdict(call))
		switch call.Verdict(r.cut) {
		case replay.Unsaid, replay.Unseen:
			unheard = true
		case replay.Kept, replay.Cut, replay.Over:
		}
	}
	t.Flush()
	fmt.Fprintf(r.stdout, "packets and lost: of the PBX's side / of the callee's, in the first %v; times are from the answer; the cut is at %s\n",
		replay.Listen, seconds(r.cut))
	for i := range results {
		fmt.Fprintf(r.stdout, "\ncall %d  %s\n", i+1, results[i].Call.Name)
		fmt.Fprintf(r.stdout, "  media     %s\n", replayEnds(results[i].Call))
		fmt.Fprintf(r.stdout, "  states    %s\n", replayStates(&results[i]))
		fmt.Fprintf(r.stdout, "  evidence  %s\n", replayEvidence(&results[i]))
		if i < len(pictures) {
			fmt.Fprintf(r.stdout, "  picture   %s\n", pictures[i])
		}
	}
	if n := len(results); n > len(pictures) {
		fmt.Fprintf(r.stdout, "\nonly the first %d of %d calls are drawn\n", len(pictures), n)
	}
	return unheard
}

// formats names what was sent in the call.
func replayFormats(r *replay.Result) string {
	var names []string
	for pt := range r.Traffic[0].Types {
		if r.Traffic[media.A].Types[pt]+r.Traffic[media.B].Types[pt] == 0 {
			continue
		}
		name := r.Call.TypeName(uint8(pt))
		if name == "" {
			name = fmt.Sprintf("type %d", pt)
		}
		names = append(names, name)
	}
	return orDash(strings.Join(names, ", "))
}

func replayEnds(c *replay.Call) string {
	side := func(leg media.Leg) string {
		list := make([]string, 0, len(c.Media[leg]))
		for _, a := range c.Media[leg] {
			list = append(list, a.String())
		}
		return orDash(strings.Join(list, ", "))
	}
	return "PBX " + side(media.A) + ", callee " + side(media.B)
}

func replayStates(r *replay.Result) string {
	list := make([]string, len(r.States))
	for i, s := range r.States {
		list[i] = fmt.Sprintf("%.2f %v", s.From.Seconds(), s.State)
	}
	return fmt.Sprintf("%s; until %.2f", strings.Join(list, ", "), r.Until.Seconds())
}

func replayEvidence(r *replay.Result) string {
	if r.Call.Encrypted {
		return "none: the SDP asks for SRTP, which cannot be heard; capture where the RTP is plain"
	}
	if r.Deaf {
		return fmt.Sprintf("none: %d packets of the PBX's side are of no codec that can be heard (PCMA, PCMU)", r.Evidence.Unheard)
	}
	if r.Traffic[media.A].Packets == 0 {
		return "none: no packet of the PBX's side; capture where its RTP passes, and on every interface"
	}
	e := &r.Evidence
	return fmt.Sprintf("score %.1f of %g; frames %d: speech %d, tone %d, weak %d, maybe echo %d; level %.0f to %.0f dBFS; %d byte values, %d packets repeated",
		e.Score, r.Config.Decide, e.Frames, e.Speech, e.Tones, e.Weak, e.Guarded, e.Floor, e.Peak, e.Distinct, e.Repeated)
}

// notes says on stderr what of the capture could not be used, and whether that
// is worth the exit code.
func (r *replayRun) notes(t *replay.Tally, s *dialogs, census *replay.Census) (findings bool) {
	say := func(format string, args ...any) {
		findings = true
		fmt.Fprintf(r.stderr, "tregua: %s: "+format+"\n", append([]any{r.capture}, args...)...)
	}
	if t.Broken != nil {
		say("the capture is cut short (%v); what stands before is used", t.Broken)
	}
	if t.Short > 0 {
		say("%d datagrams are cut by the capture and not used; capture with tcpdump -s 0", t.Short)
	}
	if t.SetBack > 0 {
		say("the clock of the capture was set back %d times, by %s in all; times about there are wrong, and so may be what was made of a call",
			t.SetBack, seconds(t.Shift))
	}
	if census.Ignored > 0 && (r.pbx != "" || len(s.order) == 0) {
		say("%d datagrams that may be RTP are not used: too many addresses at a time", census.Ignored)
	}
	if s.bad > 0 {
		say("%d SIP messages cannot be read and are not used (the first: %v)", s.bad, s.firstBad)
	}
	return findings
}

// nothing says what a capture without a call to hear does hold.
func replayNothing(t *replay.Tally, s *dialogs) string {
	text := fmt.Sprintf("no answered call and no RTP in the capture; frames %d: UDP %d, cut UDP %d, TCP %d, fragments %d, others %d",
		t.Frames, t.Datagrams, t.Short, t.TCP, t.Fragments, t.Other)
	if n := len(s.order); n > 0 {
		text += fmt.Sprintf("; calls in SIP: %d, none answered", n)
	}
	if t.TCP > 0 {
		text += "; SIP over TCP and TLS is not read"
	}
	return text
}
