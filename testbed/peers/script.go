package peers

import (
	"strconv"
	"time"
)

// Sound is what one end of a call sends for a while.
type Sound uint8

// The sounds. All but Nothing and ComfortNoise are a packet of G.711 every
// 20 ms.
const (
	Speech       Sound = iota // a person who talks from the first sample on, at -20 dBFS
	Nothing                   // no packet
	ComfortNoise              // a packet of payload type 13 every 200 ms (RFC 3389)
	Dead                      // digital silence: one byte all the time
	Quiet                     // the floor of an analogue line, noise at -65 dBFS
	Ringback                  // 425 Hz at -20 dBFS in the cadence of Italy: 1 s on, 4 s off
	Tone                      // 425 Hz at -20 dBFS all the time
	Music                     // chords and a melody, at -20 dBFS
)

var soundNames = [...]string{"speech", "nothing", "comfort noise", "dead", "quiet", "ringback", "tone", "music"}

// String returns the sound in words.
func (s Sound) String() string {
	if int(s) < len(soundNames) {
		return soundNames[s]
	}
	return "Sound(" + strconv.Itoa(int(s)) + ")"
}

// For returns a segment of s that lasts as long; 0: for ever.
func (s Sound) For(length time.Duration) Segment { return Segment{Sound: s, Length: length} }

// Segment is a sound for a while.
type Segment struct {
	Sound   Sound
	Length  time.Duration // in steps of 20 ms, the last one whole; 0: for ever
	NewSSRC bool          // another source begins here: its SSRC, sequence and timestamps, and another person
}

// Script is what one end of a call sends, from the answer on. After its last
// segment comes Nothing. The zero value is Speech for ever.
type Script []Segment

// step is what one end sends at one of the moments that are 20 ms apart.
type step struct {
	sound   Sound   // Nothing: no packet
	audio   []int16 // of all sounds that are G.711 but Dead: 20 ms
	newSSRC bool
}

// player reads a script.
type player struct {
	script Script // what is left
	person uint64 // who speaks
	at     int    // steps since the segment began
}

// newPlayer makes a player whose recordings exist: to make one of them takes
// longer than a call may wait for its next step.
func newPlayer(script Script, person uint64) *player {
	if script == nil {
		script = Script{Speech.For(0)}
	}
	last := person
	for i := range script {
		if script[i].NewSSRC {
			last++
		}
		recording(script[i].Sound, last)
	}
	return &player{script: script, person: person}
}

// next returns what is to be sent now; false: the script is over.
func (p *player) next() (step, bool) {
	for len(p.script) > 0 && p.over() {
		p.script, p.at = p.script[1:], 0
	}
	if len(p.script) == 0 {
		return step{}, false
	}
	seg := p.script[0]
	s := step{sound: seg.Sound, newSSRC: seg.NewSSRC && p.at == 0}
	if s.newSSRC {
		p.person++
	}
	if seg.Sound == ComfortNoise && p.at%cnEvery != 0 {
		s.sound = Nothing
	}
	if ring := recording(seg.Sound, p.person); ring != nil {
		from := p.at * samples % len(ring)
		s.audio = ring[from : from+samples]
	}
	p.at++
	return s, true
}

// over reports whether the segment has been played.
func (p *player) over() bool {
	length := p.script[0].Length
	return length > 0 && time.Duration(p.at)*packetTime >= length
}

// cnEvery is how many steps are from one packet of comfort noise to the next.
const cnEvery = 10
