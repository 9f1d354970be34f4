package relay

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"tregua/media"
	"tregua/media/ambience"
	"tregua/media/codec"
	"tregua/media/detect"
	"tregua/media/line"
)

// lookEvery is how often the state of a watched leg is looked at while nothing
// comes from it.
const lookEvery = 50 * time.Millisecond

// spareMost is how many guards of ended watches a worker keeps.
const spareMost = 256

// watch is what an anchor has for the watch on leg A and for what leg B is
// sent since. Its worker alone touches it once it is attached.
type watch struct {
	guard   *guard // nil: nobody listens
	formats media.Formats
	line    line.Line // to leg B: noted until the first Cover, then kept whole to the end
	whole   bool      // everything to leg B goes through line
	doing   line.Action
	sound   ambience.Cursor
}

// guard listens to leg A during a watch. It is large, and pooled.
type guard struct {
	anchor   *anchor
	detector detect.Detector
	since    time.Duration // the detector's times count from
	state    media.State
	next     time.Duration
	place    int // in the agenda
}

// off is the place of a guard that is not in the agenda.
const off = -1

func newWatch() watch {
	return watch{line: line.New(line.Config{
		SSRC: rand.Uint32(), Sequence: uint16(rand.Uint32()), Timestamp: rand.Uint32(),
	})}
}

// watched says whether a mode is one of those that listen to leg A.
func watched(m media.Mode) bool { return m == media.Tap || m == media.Cover }

// set brings what was asked for into force.
func (w *worker) set(a *anchor, want [2]media.Flow) {
	was, took := a.mode[media.A], a.opaque
	a.set(want)
	anew := a.setFormats(want[media.B].Formats) || a.opaque != took
	switch is := a.mode[media.A]; {
	case !watched(is):
		w.dismiss(a)
	case !watched(was):
		w.begin(a)
	case anew && a.guard != nil:
		a.listenFrom(w.relay.config.Detect, w.now)
	}
	w.steer(a)
	if a.guard != nil {
		w.agenda.put(a.guard, w.now)
	}
}

// setFormats takes what leg B takes, and says whether that is something new.
// The line knows G.711 by its static types in any case.
func (a *anchor) setFormats(f media.Formats) bool {
	if f == a.formats {
		return false
	}
	a.formats = f
	c := line.Config{Codec: f.Codec, Type: f.Audio, Event: f.Event, Noise: f.Noise}
	if !f.Spoken {
		c.Codec, c.Type = codec.PCMA, codec.PCMA.PayloadType()
	}
	if c.Noise == 0 {
		c.Noise = 13 // RFC 3551 section 6: whoever sends it means it
	}
	a.line.Format(c)
	return true
}

// begin begins a watch.
func (w *worker) begin(a *anchor) {
	w.totals.watched.Add(1)
	w.totals.watching.Add(1)
	a.word.begin()
	if n := len(w.spare); n > 0 {
		a.guard, w.spare = w.spare[n-1], w.spare[:n-1]
	} else {
		a.guard = new(guard)
	}
	a.guard.anchor, a.guard.place = a, off
	a.listenFrom(w.relay.config.Detect, w.now)
}

// listenFrom makes the guard listen with an empty memory.
func (a *anchor) listenFrom(figures *detect.Config, now time.Duration) {
	f := detect.Formats{Codec: a.formats.Codec, Audio: a.formats.Audio, Event: a.formats.Event, CN: a.formats.Noise}
	a.guard.since, a.guard.state = now, media.None
	a.guard.detector.Reset(figures, f, now)
}

// dismiss gives the guard of a back, if it has one.
func (w *worker) dismiss(a *anchor) {
	g := a.guard
	if g == nil {
		return
	}
	w.totals.watching.Add(-1)
	if g.detector.Deaf() {
		w.totals.deaf.Add(1)
	}
	w.agenda.remove(g)
	a.guard, g.anchor = nil, nil
	if len(w.spare) < spareMost {
		w.spare = append(w.spare, g)
	}
}

// steer has the line do what the mode and the state ask for. It is kept whole
// from the first time that leg B is to hear ambience.
func (w *worker) steer(a *anchor) {
	action := a.action()
	switch {
	case a.whole && action != a.doing:
		a.line.Set(action)
	case !a.whole && a.covers():
		w.totals.covered.Add(1)
		a.whole = true
		if sound := w.relay.config.Ambience; sound != nil {
			a.sound = sound.Cursor(rand.Uint32())
		}
		a.line.Start(w.now, action)
	}
	a.doing = action
}

// covers says whether leg B is to hear ambience where leg A is not heard.
func (a *anchor) covers() bool {
	return a.guard != nil && a.mode[media.A] == media.Cover && a.formats.Spoken
}

// action is what is done on the line. What cannot be decoded cannot be mixed
// with anything either.
func (a *anchor) action() line.Action {
	switch {
	case a.mode[media.A] == media.Mute || !a.rtp[media.B].target().IsValid():
		return line.Mute
	case !a.covers() || a.guard.state == media.Quiet && a.guard.detector.Foreign():
		return line.Pass
	}
	return line.For(a.guard.state)
}

// sealed is a payload type that stands for no codec: so an encrypted packet is
// told to the detector, whatever its own says.
const sealed = 127

// listen gives an RTP packet of a watched anchor to its detector, before
// anything is done to it.
func (w *worker) listen(e *end, kind packetKind, packet, sound []byte) {
	a := e.anchor
	if kind == opaque {
		w.overhear(e, packet)
		return
	}
	pt := packet[1] & 0x7f
	if a.formats.Sealed {
		pt = sealed
	}
	if e.leg == media.B {
		a.guard.detector.Callee(w.now, pt, sound)
		return
	}
	a.guard.detector.Source(binary.BigEndian.Uint32(packet[8:]))
	w.hear(a, a.guard.detector.PBX(w.now, pt, binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint32(packet[4:]), sound))
}

// overhear tells the detector that leg A has sent what cannot be heard: a fax
// is deaf to us, it is not a line on which nothing comes.
func (w *worker) overhear(e *end, datagram []byte) {
	if a := e.anchor; e.leg == media.A {
		number := uint16(a.count[media.A].packets.Load())
		w.hear(a, a.guard.detector.PBX(w.now, sealed, number, 0, datagram))
	}
}

// hear takes a state from the detector. An operator ends the watch.
func (w *worker) hear(a *anchor, s media.State) {
	g := a.guard
	g.state = s
	if s == media.Operator {
		ev := g.detector.Evidence()
		a.word.found(g.since+ev.Onset, g.since+ev.Decided)
		w.totals.operators.Add(1)
		w.dismiss(a)
		w.steer(a)
		w.relay.config.Told(a.owner)
		return
	}
	a.word.say(s, g.detector.Deaf())
	w.steer(a)
}

// shape makes of a packet that passes what leg B or leg A is to get of it, in
// place, and returns its size; zero: it is kept back.
func (w *worker) shape(e *end, kind packetKind, packet []byte) int {
	a := e.anchor
	switch {
	case kind == rtpPacket && e.leg == media.A:
		return w.onLine(a, packet)
	case kind != rtcpPacket || !a.whole:
		return len(packet)
	case e.leg == media.A:
		return a.line.Report(w.now, packet)
	}
	return a.line.Feedback(packet)
}

// skip tells the line of a packet that goes nowhere, so that it is not missed
// from the stream when that goes on.
func (w *worker) skip(e *end, kind packetKind, packet []byte) {
	if a := e.anchor; a.whole && kind == rtpPacket && e.leg == media.A {
		a.line.Packet(w.now, packet, line.Mute, nil)
	}
}

// onLine puts an RTP packet of leg A on the line.
func (w *worker) onLine(a *anchor, packet []byte) int {
	switch {
	case !a.whole:
		a.line.Note(w.now, packet)
		return len(packet)
	case !a.line.Packet(w.now, packet, a.doing, &a.sound):
		return 0
	}
	switch a.doing {
	case line.Replace:
		w.totals.replaced.Add(1)
		w.soundsFirst(a)
	case line.Mix:
		w.totals.mixed.Add(1)
		w.soundsFirst(a)
	case line.Mute, line.Fill, line.Pass:
	}
	return len(packet)
}

// ticks gives every guard whose time has come its turn.
func (w *worker) ticks() {
	if len(w.agenda) == 0 {
		return
	}
	w.now = w.relay.config.Now()
	for g := w.agenda.due(w.now); g != nil; g = w.agenda.due(w.now) {
		w.agenda.put(g, w.now+lookEvery) // first: a fault must not come back at once
		if a := g.anchor; !a.closed.Load() {
			if next := w.tick(a); next < g.next {
				w.agenda.put(g, next)
			}
		}
	}
}

// tick looks at a watched anchor and sends what its line owes. It returns when
// to do so again at the latest.
func (w *worker) tick(a *anchor) time.Duration {
	w.hear(a, a.guard.detector.State(w.now))
	if !a.whole {
		return line.Never
	}
	n, next := a.line.Tick(w.now, &a.sound, w.own[:])
	if n == 0 {
		return next
	}
	if b := &a.rtp[media.B]; w.packet.send(b.fd, w.own[:n], b.target()) != 0 {
		w.totals.sendErrors.Add(1)
		return next
	}
	w.totals.own.Add(1)
	w.soundsFirst(a)
	return next
}

// soundsFirst puts the time of the first packet of ambience into the word.
func (w *worker) soundsFirst(a *anchor) {
	if a.word.ambience.Load() == 0 && w.relay.config.Ambience != nil && a.guard != nil {
		a.word.ambience.Store(int64(w.now))
	}
}
