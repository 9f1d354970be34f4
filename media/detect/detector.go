package detect

import (
	"time"

	"tregua/media"
	"tregua/media/codec"
	"tregua/media/detect/voice"
)

// Formats says what the payload types of both legs stand for. PCMU (0), PCMA (8)
// and comfort noise (13) are static (RFC 3551 section 6).
type Formats struct {
	Codec codec.Codec // what Audio is encoded with
	Audio uint8       // a dynamic payload type of Codec; 0: none
	Event uint8       // telephone-event (RFC 4733); 0: none
	CN    uint8       // a dynamic payload type of comfort noise (RFC 3389); 0: none
}

// Detector listens to one call. The zero value must be Reset. It has one
// owner, who gives it packets of both sides in the order of their arrival.
type Detector struct {
	cfg     *Config
	formats Formats
	start   time.Duration

	stream  stream
	bytes   byteStats
	hearing hearing
	echo    echo
	voice   voice.Analyser
	frame   voice.Frame
	ev      Evidence

	score  float32 // the sum of what spoke for an operator
	tone   int     // frames of a steady tone, less what was not, 0..toneMost
	music  int     // likewise of music
	missed int     // frames that did not come since the last one
}

// hearing is what the packets alone say.
type hearing struct {
	last   media.State   // of the last packet: None before the first, Quiet for anything with sound
	at     time.Duration // when it came
	sound  bool          // a packet with sound has come
	latest time.Duration // when the last one with sound came
}

// Reset makes d listen to a new call from now on. cfg must not be nil, is
// kept, and must be valid.
func (d *Detector) Reset(cfg *Config, formats Formats, now time.Duration) {
	*d = Detector{cfg: cfg, formats: formats, start: now}
	d.ev.reset()
}

// PBX takes one RTP packet from the PBX's side: when it came, its header's
// payload type, sequence number and timestamp, and its payload. It returns the
// state with it.
func (d *Detector) PBX(now time.Duration, pt uint8, seq uint16, ts uint32, payload []byte) media.State {
	if d.ev.Operator {
		return media.Operator
	}
	d.ev.Packets++
	missing, late := d.stream.accept(seq, ts, len(payload), d.table(pt) != nil)
	if late {
		d.ev.Late++
		return d.State(now)
	}
	kind := media.Quiet
	switch {
	case d.isNoise(pt):
		kind = media.CN
	case len(payload) == 0:
		return d.State(now) // a keepalive (RFC 6263 section 4.4)
	case d.isEvent(pt): // activity, no speech
	case d.table(pt) == nil && !speaks(pt):
		return d.State(now)
	case d.table(pt) == nil:
		d.ev.Unheard++
	default:
		kind = d.sound(now, missing, ts, payload, d.table(pt))
	}
	d.hearing.packet(now, kind)
	state := d.State(now)
	d.ev.note(state, now-d.start)
	return state
}

// sound takes the payload of an audio packet before which samples are missing,
// and says whether it is dead.
func (d *Detector) sound(now time.Duration, missing int, ts uint32, payload []byte, table *[256]int16) media.State {
	if d.bytes.looked == 0 {
		d.lead(now - d.start - time.Duration(len(payload))*time.Second/8000)
	}
	d.hole(missing)
	kind := media.Quiet
	if d.bytes.dead(payload, table) {
		kind = media.Dead
	}
	d.audio(now, ts, payload, table)
	return kind
}

// Callee takes the payload type and the payload of one RTP packet from the
// callee's side, to tell an echo of it: its loudness, and where it rises. What
// PBX could not decode is not looked at.
func (d *Detector) Callee(now time.Duration, pt uint8, payload []byte) {
	if table := d.table(pt); table != nil && len(payload) > 0 && !d.ev.Operator {
		d.echo.hear(now, payload, table)
	}
}

// State returns the state at a time, which is not before the last packet.
func (d *Detector) State(now time.Duration) media.State {
	h := &d.hearing
	switch {
	case d.ev.Operator:
		return media.Operator
	case h.sound && now-h.latest < d.cfg.Hold:
		if d.tone >= toneFrom || d.music >= musicFrom {
			return media.Tone
		}
		return media.Quiet
	case h.last == media.CN:
		return media.CN // it may come once for all of a silence (RFC 3389 section 4.1)
	case h.last == media.Dead && now-h.at < d.cfg.Hold:
		return media.Dead
	}
	return media.None
}

// deafFrom is how many packets that cannot be decoded make a codec: fewer are a
// stray one, which must not hide that nobody speaks.
const deafFrom = 10

// Deaf says whether the PBX's side speaks and nothing of it can be heard: a
// stream in another codec, and never any audio.
func (d *Detector) Deaf() bool { return d.ev.Unheard >= deafFrom && d.bytes.looked == 0 }

// Foreign says whether nothing but packets that cannot be decoded has come: they
// are not to be mixed with anything.
func (d *Detector) Foreign() bool { return d.ev.Unheard > 0 && d.bytes.looked == 0 }

// speaks reports whether a payload type can be audio that is not G.711: one of
// those of RFC 3551 table 4, or a dynamic one. Others are assigned to nothing
// that speaks.
func speaks(pt uint8) bool {
	return pt >= 96 || pt >= 3 && pt <= 18
}

// Source says which source the next packets of the PBX's side are of, by their
// SSRC: another one numbers them anew.
func (d *Detector) Source(ssrc uint32) {
	if d.stream.started && ssrc != d.stream.ssrc {
		d.stream.started = false
	}
	d.stream.ssrc = ssrc
}

// Evidence returns what the state rests on.
func (d *Detector) Evidence() Evidence {
	ev := d.ev
	ev.Score = d.score
	ev.Distinct, ev.Repeated = d.bytes.distinct(), d.bytes.repeated
	return ev
}

// table returns the samples of an audio payload type, nil for any other.
func (d *Detector) table(pt uint8) *[256]int16 {
	switch {
	case d.isEvent(pt):
		return nil
	case pt == codec.PCMU.PayloadType():
		return codec.PCMU.Table()
	case pt == codec.PCMA.PayloadType():
		return codec.PCMA.Table()
	case pt == d.formats.Audio: // not 0, which is PCMU
		return d.formats.Codec.Table()
	}
	return nil
}

// isNoise says whether packets of the type are comfort noise; 19 is as in
// drafts of RFC 3389.
func (d *Detector) isNoise(pt uint8) bool {
	return pt == 13 || pt == 19 || pt == d.formats.CN && pt != 0
}

func (d *Detector) isEvent(pt uint8) bool { return pt == d.formats.Event && pt != 0 }

func (h *hearing) packet(now time.Duration, kind media.State) {
	h.last, h.at = kind, now
	if kind == media.Quiet {
		h.sound, h.latest = true, now
	}
}
