package call

import (
	"strings"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// Watch is what a call owes the person who answers it (Garante provv. 83/2014):
// sound at once, and an end in time when no operator is heard.
type Watch struct {
	Mode     policy.Watch
	CutAfter time.Duration // from the arrival of the first 200
	Grace    time.Duration // more, on a live line on which nobody speaks
	Limit    time.Duration // the law's: a later BYE is law.late
}

// watch is the state of it.
type watch struct {
	Watch
	on     bool          // answered, and no operator has been heard
	due    time.Duration // when the time is over
	graced bool          // the grace was given
	deaf   bool          // the time was over, on a line that cannot be heard
	hushed bool          // all sound was ended
	word   media.Heard
}

// linger is how long after the cut that would have been a call in shadow is
// still listened to: an operator who comes late says what the dialer needs.
const linger = 3 * time.Second

// beginWatch begins at the first 2xx, before it is passed on.
func (c *Call) beginWatch(ok *wire.Message) {
	w := &c.watch
	if c.anchor.ID == 0 {
		w.Mode = policy.WatchOff // a call without media of ours: an emergency when no port was free
	}
	c.ending.Watch = w.Mode
	if automaton(ok) {
		c.ending.Machine = policy.CarrierMachine
	}
	w.on = w.Mode != policy.WatchOff
	if _, session := ok.SDP(); w.on && session && c.flows[media.B].Mode == media.Mute {
		// Its SDP could not be made ours: media goes as the peers agreed.
		w.word = media.Heard{State: media.Quiet, Deaf: true}
		c.deafen()
		return
	}
	c.do(Up{c.ending.Answered, w.Mode, w.on})
	if !w.on {
		return
	}
	mode := media.Cover
	if w.Mode == policy.WatchShadow {
		mode = media.Tap
	}
	c.setMode(media.A, mode)
	w.due = c.ending.Answered + w.CutAfter
	c.set(TimerCut, max(0, w.due-c.now))
}

// heard takes the word of the media. An operator ends the watch.
func (c *Call) heard(h media.Heard) {
	c.watch.word = h
	if c.watch.on && h.State == media.Operator {
		c.endWatch()
	}
}

func (c *Call) endWatch() {
	w := &c.watch
	w.on, c.stale = false, true
	c.stop(TimerCut)
	switch {
	case w.deaf: // nobody knows: it counts nowhere
		c.do(Up{c.ending.Answered, policy.WatchOff, false})
	case c.ending.Due && !c.spokenInTime(): // it is a silent call, and stays one after a crash
	default:
		c.do(Up{c.ending.Answered, w.Mode, false})
	}
	if c.flows[media.A].Mode == media.Tap {
		c.setMode(media.A, media.Pass)
	}
}

// spokenInTime reports whether an operator had begun to speak within the law's
// time. One whose beginning is not known proves nothing.
func (c *Call) spokenInTime() bool {
	h := &c.watch.word
	return h.State == media.Operator && h.Onset != 0 && h.Onset-c.ending.Answered <= c.watch.Limit
}

// timeIsOver is the deadline of the watch. The word is of this moment.
func (c *Call) timeIsOver() {
	w := &c.watch
	switch {
	case !w.on:
	case c.left != policy.NoSide:
		c.hush()
	case c.ending.Due: // in shadow, after it has listened on
		c.endWatch()
	case w.word.Deaf: // something came, and nobody knows what: not silence
		c.deafen()
	case w.word.State == media.Quiet && w.Grace > 0 && !w.graced:
		w.graced = true
		w.due += w.Grace
		c.set(TimerCut, max(0, w.due-c.now))
	case w.Mode == policy.WatchShadow:
		c.ending.Due = true
		c.set(TimerCut, linger)
	default:
		c.cut()
	}
}

// cut ends the call on both sides at once. RFC 3261 15 says that the callee's
// side waits for the ACK before a BYE; the law says three seconds.
func (c *Call) cut() {
	w := &c.watch
	w.on = false
	word := w.word
	c.ending.Due, c.ending.Cut, c.ending.Heard = true, c.now, &word
	why := policy.SilentCut
	if c.now-c.ending.Answered > w.Limit {
		why = policy.LawLate
	}
	c.hush()
	c.hangup(why)
}

// hush ends all sound of a call that is over for one side: its BYE may still
// be on its way to the other. In shadow nothing is touched.
func (c *Call) hush() {
	if c.watch.Mode == policy.WatchEnforce {
		c.watch.hushed = true
		c.setMode(media.A, media.Mute)
		c.setMode(media.B, media.Mute)
	}
}

// deafen gives up the watch on a call that cannot be heard. What it is known by
// is the word of now: it may fall silent before its end.
func (c *Call) deafen() {
	word := c.watch.word
	c.watch.deaf, c.ending.Heard = true, &word
	c.endWatch()
	if c.flows[media.A].Mode == media.Cover {
		c.setMode(media.A, media.Pass)
	}
}

// resumeWatch goes on when a BYE that was on its way was challenged: its side
// has not left, but the other may have.
func (c *Call) resumeWatch() {
	c.stale = true // it does not end, as it seems
	if c.left = c.leaving(c.winner); c.left == policy.NoSide && c.watch.on && !c.running[TimerCut] {
		c.set(TimerCut, max(0, c.watch.due-c.now))
	}
}

// automaton reports whether the callee says that it is one (RFC 3840 section
// 10.1, "automata").
func automaton(m *wire.Message) bool {
	v, is := m.Contact.Params.Get("automata")
	return is && !strings.EqualFold(v, "false")
}

// Said reports whether a message has a header of that name, and not to deny it.
func Said(m *wire.Message, header string) bool {
	if header == "" {
		return false
	}
	for v := range m.Named(header) {
		switch strings.ToLower(v) {
		case "", "no", "false", "0":
		default:
			return true
		}
	}
	return false
}

// reasonText is how a reason is worded in a BYE of ours.
func reasonText(r policy.Reason) string {
	if r == policy.SilentCut || r == policy.LawLate {
		return "silent call"
	}
	return r.String()
}
