package sim

import (
	"time"

	"tregua/media"
)

// voice is what the PBX's side of an answered call carries.
type voice struct {
	onset  time.Duration // when an operator begins to speak, from the answer; never: nobody comes
	delay  time.Duration // until that is decided
	before media.State   // what comes before, or to the end
	deaf   bool          // it comes in no codec that can be heard
	lost   bool          // nobody is told of the operator: the word alone says so
}

// soon is the voice of an operator who comes in time.
func soon(n *network) voice {
	return voice{
		onset: n.between(0, 2200*time.Millisecond), delay: n.between(60*time.Millisecond, 300*time.Millisecond),
		before: media.State(n.rnd.IntN(int(media.Operator))), lost: n.chance(0.3),
	}
}

// nobody is a line on which nobody comes.
func nobody(n *network) voice {
	return voice{onset: never, before: media.State(n.rnd.IntN(int(media.Operator)))}
}

// late is an operator who comes when the time is nearly or wholly over.
func late(n *network) voice {
	v := soon(n)
	v.onset = n.between(2300*time.Millisecond, 4*time.Second)
	return v
}

// unheard is a line on which something comes that cannot be heard.
func unheard(*network) voice { return voice{onset: never, before: media.Quiet, deaf: true} }

// voices are dealt to the calls whose story does not say theirs.
func anyVoice(n *network) voice {
	switch n.rnd.IntN(10) {
	case 0:
		return nobody(n)
	case 1:
		return late(n)
	}
	return soon(n)
}

// hearing is the media of one anchor: what is known of its leg A, and what the
// shard wanted done with it.
type hearing struct {
	voice    voice
	begin    time.Duration // the watch began; 0: never
	end      time.Duration // it ended; 0: it runs
	audible  time.Duration // from when on something of leg A can arrive; 0: never
	onset    time.Duration // of the operator; 0: none
	decided  time.Duration
	ambience time.Duration
	closed   bool
	early    []flowed // of an inbound call, before it is known which it is
}

// set takes a flow; it reports whether an operator has come in sight, who will
// be decided later. lag is how long ambience takes to begin.
func (m *hearing) set(now time.Duration, leg media.Leg, f media.Flow, lag time.Duration) bool {
	if leg != media.A {
		return false
	}
	switch listens := f.Mode == media.Tap || f.Mode == media.Cover; {
	case listens && m.begin == 0:
		m.begin = now
		if f.Mode == media.Cover {
			m.ambience = now + lag
		}
	case !listens && m.begin != 0 && m.end == 0:
		m.end = now
	}
	return m.begin != 0 && m.audible == 0 && f.Peer.IsValid() && m.arrives(now)
}

// arrives begins what the leg has to say.
func (m *hearing) arrives(now time.Duration) bool {
	m.audible = now
	if m.voice.onset == never {
		return false
	}
	m.onset = max(m.begin+m.voice.onset, m.audible)
	m.decided = m.onset + m.voice.delay
	return true
}

// word is what is known at a time: of the flows of a turn, nothing before the next.
func (m *hearing) word(now time.Duration) media.Heard {
	if m.begin == 0 || now <= m.begin {
		return media.Heard{}
	}
	if m.end != 0 {
		now = min(now, m.end)
	}
	var h media.Heard
	if m.audible != 0 && m.audible <= now {
		h.State, h.Deaf = m.voice.before, m.voice.deaf
	}
	if m.ambience != 0 && m.ambience <= now {
		h.Ambience = m.ambience
	}
	if m.decided != 0 && m.decided <= now {
		h.State, h.Deaf, h.Onset, h.Decided = media.Operator, false, m.onset, m.decided
	}
	return h
}
