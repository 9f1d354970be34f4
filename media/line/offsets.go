package line

// Offsets is all that must be done to the peer's packets once the line needs
// nothing else: what another forwarder is told when it takes the line over.
type Offsets struct {
	Source    uint32 // SSRC that they hold for; packets of another come back to the line
	SSRC      uint32 // written in its place
	Sequence  uint16 // added
	Timestamp uint32 // added
}

// Offsets returns them, and false while packets need more than that: nothing
// has come, ours are sent or heard, the line is ahead of
// its time, or the offsets are to be set anew.
func (l *Line) Offsets() (o Offsets, ok bool) {
	s := &l.source
	if l.action != Pass || !s.anchored || l.fade > 0 || l.owed > 0 {
		return o, false
	}
	return Offsets{Source: s.ssrc, SSRC: l.ssrc, Sequence: s.dSeq, Timestamp: s.dTS}, true
}

// SSRC returns that of the line.
func (l *Line) SSRC() uint32 { return l.ssrc }
