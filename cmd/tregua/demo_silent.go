package main

import (
	"fmt"
	"math"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/testbed/peers"
)

// Levels in dBFS that tell what a callee hears: people speak at -20, the
// ambience murmurs at -34, and a line with nothing on it lies at -65.
const (
	spoken   = -27
	murmured = -50
)

// cutAfter is when the demo's silent calls are ended, and slack how far what is
// seen on a busy machine may be from it. An operator need not be loud at once:
// hesitation is how far his first loud word may be from the script, and doubt
// how far the first by which he was recognised.
const (
	cutAfter   = 2900 * time.Millisecond
	slack      = 300 * time.Millisecond
	hesitation = 500 * time.Millisecond
	doubt      = 900 * time.Millisecond
)

// noOperator stands for the onset of one who never speaks.
const noOperator = -1

// gateKinds show the gate: nobody is there for the first call of a campaign, and
// then for those that a dialer sends all the same.
func gateKinds() []kind {
	forms := []string{byTeam + "0039%s"}
	person := peers.Behaviour{Ring: ring, Status: 200, Voice: peers.Script{peers.Quiet.For(0)}}
	return []kind{
		{
			name: "nobody is there", calls: 1, forms: forms, gate: 1, registry: "clear", carrier: person, onset: noOperator,
			call: peers.Call{Voice: peers.Script{peers.Dead.For(0)}},
			want: word{"200, BYE after 2.9 s", "200, heard ambience, BYE after 2.9 s", "A, dead, cut after 2.9 s"},
		},
		{
			name: "the dialer rings on, held by the gate", calls: 5, forms: forms, gate: 2, registry: "clear", carrier: person,
			want: word{"480 gate.throttled", "nothing", "refused gate.throttled"},
		},
	}
}

// silentKinds are the answered calls on which it matters who speaks when.
func silentKinds(forms []string) []kind {
	person := peers.Behaviour{Ring: ring, Status: 200, Voice: peers.Script{peers.Quiet.For(0)}}
	talks := person
	talks.Voice = peers.Script{peers.Speech.For(800 * time.Millisecond), peers.Quiet.For(0)}
	leaves := person
	leaves.HangUp = time.Second

	operator := func(name string, carrier peers.Behaviour, before peers.Sound, at time.Duration) kind {
		script := peers.Script{before.For(at), peers.Speech.For(0)}
		heard := "ambience, then the operator"
		if at == 0 {
			script, heard = script[1:], "the operator"
		}
		return kind{
			name: name, calls: 5, forms: forms, registry: "clear", carrier: carrier, onset: at,
			call: peers.Call{Talk: at + talk, Voice: script},
			want: word{"200, heard the callee", "200, heard " + heard, "B, operator at " + tenths(at)},
		}
	}
	silent := func(name, line string, voice ...peers.Segment) kind {
		return kind{
			name: name, calls: 5, forms: forms, registry: "clear", carrier: person, onset: noOperator,
			call: peers.Call{Voice: voice},
			want: word{"200, BYE after 2.9 s", "200, heard ambience, BYE after 2.9 s", "A, " + line + ", cut after 2.9 s"},
		}
	}
	late := silent("operator at 3.5 s", "dead", peers.Dead.For(3500*time.Millisecond), peers.Speech.For(0))
	barred := silent("dead air, then dialled again", "dead", peers.Dead.For(0))
	barred.dials, barred.again = 2, word{"480 bar.silent", "nothing", "refused bar.silent"}
	gone := silent("the callee hangs up after 1 s", "dead", peers.Dead.For(0))
	gone.carrier, gone.want = leaves, word{"200, BYE after 1.0 s", "200, heard ambience", "hung up, neither A nor B"}

	return []kind{
		operator("operator at once", person, peers.Dead, 0),
		operator("operator at 0.3 s", person, peers.Dead, 300*time.Millisecond),
		operator("operator at 1.0 s, no RTP before", person, peers.Nothing, time.Second),
		operator("operator at 2.4 s", person, peers.Quiet, 2400*time.Millisecond),
		operator("the callee speaks first", talks, peers.Dead, 1200*time.Millisecond),
		operator("ringback tone, then the operator", person, peers.Tone, 1500*time.Millisecond),
		silent("dead air", "dead", peers.Dead.For(0)),
		silent("no RTP", "none", peers.Nothing.For(0)),
		silent("comfort noise only", "cn", peers.ComfortNoise.For(0)),
		silent("music", "tone", peers.Music.For(0)),
		silent("quiet line", "quiet", peers.Quiet.For(0)),
		late, gone, barred,
	}
}

// calleeHeard puts into words what came to the callee's ear, from when it
// answered to its end.
func calleeHeard(s *peers.Seen, k *kind) string {
	h := &s.Heard
	switch {
	case h.Strangers > 0 || h.Gaps > 0 || h.Jumps > 0:
		return fmt.Sprintf("heard a torn stream: %d strangers, %d gaps, %d jumps", h.Strangers, h.Gaps, h.Jumps)
	case h.Packets < audible:
		return fmt.Sprintf("heard %d packets", h.Packets)
	}
	return "heard " + whoWasHeard(h, k, s.Ended.Sub(s.Answered))
}

// whoWasHeard tells the operator from the ambience in a call of that length.
func whoWasHeard(h *peers.Heard, k *kind, length time.Duration) string {
	onset := voiceFrom(h)
	quiet := onset // until then
	if onset < 0 {
		quiet = length
	}
	switch {
	case onset >= 0 && k.onset >= 0 && (onset-k.onset).Abs() > hesitation:
		return "the operator at " + tenths(onset)
	case onset == 0 || onset > 0 && k.onset == 0:
		return "the operator"
	case !murmurs(h, quiet):
		return "silence"
	case onset > 0:
		return "ambience, then the operator"
	}
	return "ambience"
}

// voiceFrom returns when a voice began, -1 s when none did. The first moment of
// a tone is no voice: it passes until it is known for one.
func voiceFrom(h *peers.Heard) time.Duration {
	const span, enough = 10, 5 // tenths of a second
	for i := range len(h.Bins) {
		loud := 0
		for _, l := range h.Bins[i:min(i+span, len(h.Bins))] {
			if l >= spoken {
				loud++
			}
		}
		if h.Bins[i] >= spoken && loud >= enough {
			return time.Duration(i) * 100 * time.Millisecond
		}
	}
	return -time.Second
}

// murmurs reports whether there was a sound in the first tenth of a second and,
// on a machine that may have stood still for a moment, in most of the others.
func murmurs(h *peers.Heard, until time.Duration) bool {
	tenths := min(int(until/(100*time.Millisecond)), len(h.Bins))
	sounding := 0
	for _, l := range h.Bins[:tenths] {
		if l >= murmured {
			sounding++
		}
	}
	return h.Bins[0] >= murmured && sounding*4 >= tenths*3
}

// byeAfter puts the other side's BYE into words.
func byeAfter(answered, ended time.Time) string {
	after := ended.Sub(answered)
	if (after - cutAfter).Abs() <= slack {
		after = cutAfter
	}
	return "BYE after " + tenths(after)
}

// answeredSays puts the record of an answered call into words.
func answeredSays(e *console.Ending, k *kind) string {
	switch e.Outcome {
	case "excluded":
		if e.Heard.CallerPackets < audible || e.Heard.CalleePackets < audible {
			return fmt.Sprintf("not watched, heard %d and %d packets", e.Heard.CallerPackets, e.Heard.CalleePackets)
		}
		return "not watched, heard both"
	case "hung_up":
		return "hung up, neither A nor B"
	case "connected":
		at := time.Duration(*e.OperatorMS) * time.Millisecond
		if (at - k.onset).Abs() <= doubt {
			at = k.onset
		}
		return e.Class + ", operator at " + tenths(at)
	}
	if e.CutMS == nil {
		return fmt.Sprintf("%s, %s, not cut", e.Class, e.Line)
	}
	cut := time.Duration(*e.CutMS) * time.Millisecond
	if cut >= cutAfter && cut <= 3*time.Second {
		cut = cutAfter
	}
	return fmt.Sprintf("%s, %s, cut after %s", e.Class, e.Line, tenths(cut))
}

// tenths writes a duration to a tenth.
func tenths(d time.Duration) string {
	if d == 0 {
		return "once"
	}
	return fmt.Sprintf("%.1f s", math.Round(d.Seconds()*10)/10)
}
