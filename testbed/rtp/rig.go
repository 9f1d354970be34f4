package rtp

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/netip"
	"sync"
	"time"
)

// Media is the network of the SIPps' media addresses: the dialer's are on
// 127.0.8.1, the carrier's on 127.0.8.2 (see the scenarios).
var Media = netip.MustParsePrefix("127.0.8.0/24")

// Config is what a rig is made of.
type Config struct {
	Sites Sites
	// Script says what the two ends of a call to a number play, by leg.
	Script func(user string) [2]Source
	Keep   bool  // payloads of what arrives
	Pcap   *Pcap // nil: none is written
}

// settle is several times as long as the kernel keeps a packet to itself.
const settle = 10 * retireTime * time.Millisecond

// Rig gives the calls of two SIPps their media and watches them.
type Rig struct {
	config  Config
	capture *Capture
	sender  Sender
	ladder  *Ladder // of the capture's goroutine while it runs
	voices  map[netip.AddrPort]*Voice
	playing map[*Call]*[2]*Voice
	err     error
	stop    context.CancelFunc
	wg      sync.WaitGroup
	ended   error // of the capture, when wg is done
}

// Result is what a rig has seen.
type Result struct {
	Calls []*Call
	Alien int // RTP that reached media ports of no call
	Sent  int // by the generator
	Late  Figures
}

// StartRig starts a rig; the first call may come when it returns. Stop ends it.
func StartRig(c Config) (*Rig, error) {
	ports := []uint16{c.Sites.Dialer.Port(), c.Sites.Carrier.Port()}
	capture, err := OpenCapture(Media, ports...)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &Rig{
		config: c, capture: capture, ladder: NewLadder(c.Sites, c.Keep), stop: stop,
		voices: map[netip.AddrPort]*Voice{}, playing: map[*Call]*[2]*Voice{},
	}
	r.wg.Go(func() { r.sender.Run(ctx) })
	r.wg.Go(func() { r.ended = capture.Run(r.see) })
	return r, nil
}

// Stop ends a rig and returns what it saw, calls that go on included. An error
// says that the rig itself is not clean.
func (r *Rig) Stop() (Result, error) {
	time.Sleep(settle) // what arrived by now is shown
	lost, err := r.capture.Lost()
	if lost > 0 {
		err = fmt.Errorf("the capture lost %d packets", lost)
	}
	r.capture.Stop()
	r.stop()
	r.wg.Wait()
	r.capture.Close()
	for _, v := range r.voices {
		v.Close()
	}
	sent, late, sendErr := r.sender.Played()
	if r.config.Pcap != nil {
		err = errors.Join(err, r.config.Pcap.Err())
	}
	return Result{r.ladder.Calls, r.ladder.Alien(), sent, late}, errors.Join(err, r.ended, r.err, sendErr)
}

// see is shown each packet.
func (r *Rig) see(p Packet) {
	if r.config.Pcap != nil {
		r.config.Pcap.Write(p)
	}
	c := r.ladder.See(p)
	if c == nil {
		return
	}
	for leg := range Leg(2) {
		if err := r.play(c, leg); err != nil && r.err == nil {
			r.err = err
		}
	}
}

// play starts or ends the stream of a leg, as its signalling is by now.
func (r *Rig) play(c *Call, leg Leg) error {
	if !c.Own[leg].IsValid() {
		return nil
	}
	mine := r.playing[c]
	if mine == nil {
		mine = &[2]*Voice{}
		r.playing[c] = mine
	}
	v, err := r.voice(c.Own[leg])
	switch {
	case err != nil:
		return err
	case mine[leg] == nil && c.Peer[leg].IsValid() && !c.Answered.IsZero() && !c.Over(leg):
		mine[leg] = v
		r.sender.Start(v, c.Peer[leg], ssrcOf(c.User, leg), r.config.Script(c.User)[leg])
	case mine[leg] != nil && c.Over(leg):
		r.sender.Stop(v)
		mine[leg] = nil
	}
	return nil
}

// voice returns the voice at an address, bound before anything comes there.
func (r *Rig) voice(at netip.AddrPort) (*Voice, error) {
	if v := r.voices[at]; v != nil {
		return v, nil
	}
	v, err := OpenVoice(at)
	if err == nil {
		r.voices[at] = v
	}
	return v, err
}

// ssrcOf gives each stream of a load its own SSRC, the same each time.
func ssrcOf(user string, leg Leg) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(user)) // never fails
	return h.Sum32()&^1 | uint32(leg)
}
