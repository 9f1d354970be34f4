package line

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

// TestRandomStalls: calls whose sources stall, send at once what they owe, and
// change. Of one that follows another nothing is lost that comes at its time,
// and the line stays one stream.
func TestRandomStalls(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			randomStalls(t, rand.New(rand.NewPCG(seed, 2)))
		})
	}
}

func randomStalls(t *testing.T, x *rand.Rand) {
	t.Helper()
	r := newRig(t, config())
	r.start(0, Fill)
	now, ssrc := 100*ms, uint32(0)
	for range 12 {
		ssrc++
		p := peer{ssrc: ssrc, sequence: uint16(x.Uint32()), ts: x.Uint32(), kind: 8, size: 160, fill: []byte{speechB, silenceB}[x.IntN(2)]}
		action := []Action{Replace, Mix, Pass}[x.IntN(3)]
		r.set(now, action)
		play := func(n int, apart time.Duration) (lost int) {
			for range n {
				if !r.packet(now, action, p.next()) {
					lost++
				}
				now += apart
			}
			return lost
		}
		early := time.Duration(x.IntN(15)) * ms
		now = max(now-early, r.last())
		// One packet alone would be no measure of its source, see settle.
		if lost := play(2+x.IntN(20), 20*ms); lost > 0 && (p.fill == speechB || action == Replace) {
			t.Errorf("at %v: %d packets of source %d are lost, action %d", now, lost, ssrc, action)
		}
		if stall := x.IntN(26); x.IntN(2) == 0 {
			now += time.Duration(stall) * 20 * ms
			play(stall+1, 0)
			now += 20 * ms
		}
	}
	r.run(now + 100*ms)
	contiguousTimes(t, r.out)
}

// contiguousTimes wants one number after the other, and no packet to begin
// before the one before it has ended.
func contiguousTimes(t *testing.T, out []sent) {
	t.Helper()
	for i, s := range out[1:] {
		was := out[i]
		if s.sequence() != was.sequence()+1 || s.ssrc() != was.ssrc() || int32(s.ts()-was.ts()) < int32(len(was.packet)-headerSize) {
			t.Fatalf("at %v: number %d after %d, a step of %d", s.at, s.sequence(), was.sequence(), int32(s.ts()-was.ts()))
		}
	}
}
