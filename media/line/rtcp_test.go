package line

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// part is one RTCP packet: its count, type and 32-bit words.
func part(count, kind byte, words ...uint32) []byte {
	b := []byte{0x80 | count, kind, 0, byte(len(words))}
	for _, w := range words {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// sr is a sender report about nobody.
func sr(ssrc uint32) []byte { return part(0, senderReport, ssrc, 10, 11, 4000, 13, 14) }

// cname is an SDES packet with a name of one byte and its end.
func cname(ssrc uint32) []byte { return part(1, description, ssrc, 0x01016100) }

// spoken is a line on which 5 own packets, then 3 of source 7 were sent: its
// numbers 100, 101, 102 are the line's 5, 6, 7; its time 0 is the line's 800.
func spoken(t *testing.T) *rig {
	c := config()
	c.Sequence, c.Timestamp = 0, 0
	r := newRig(t, c)
	r.start(0, Mix)
	for i := range uint32(3) {
		if !r.packet(time.Duration(100+20*i)*ms, Mix, rtp(8, uint16(100+i), 160*i, 7, 160, speechB)) {
			t.Fatal("lost")
		}
	}
	return r
}

func TestReport(t *testing.T) {
	t.Parallel()
	ours := part(0, senderReport, ourSSRC, 10, 11, 4800, 8, 1280)
	name := cname(ourSSRC)
	block := []uint32{99, 1, 2, 3, 4, 5}
	cases := map[string]struct{ in, want []byte }{
		"sender":                    {sr(7), ours},
		"sender and name":           {join(sr(7), cname(7)), join(ours, name)},
		"sender with a block":       {part(1, senderReport, append([]uint32{7, 10, 11, 4000, 13, 14}, block...)...), part(1, senderReport, append([]uint32{ourSSRC, 10, 11, 4800, 8, 1280}, block...)...)},
		"another sender":            {join(sr(8), cname(8)), nil},
		"receiver":                  {part(1, receiverReport, append([]uint32{7}, block...)...), part(1, receiverReport, append([]uint32{ourSSRC}, block...)...)},
		"receiver that is unknown":  {join(part(0, receiverReport, 8), cname(8)), join(part(0, receiverReport, ourSSRC), name)},
		"goodbye":                   {join(sr(7), part(1, goodbye, 7), cname(7)), join(ours, name)},
		"goodbye alone":             {part(1, goodbye, 7), nil},
		"two chunks":                {join(sr(7), part(2, description, 5, 0x01026162, 0x00000000, 7, 0x01016100)), join(ours, part(2, description, 5, 0x01026162, 0, ourSSRC, 0x01016100))},
		"name that runs over":       {join(sr(7), part(1, description, 7, 0x01ff6100)), join(ours, part(1, description, ourSSRC, 0x01ff6100))},
		"feedback about the callee": {join(part(0, receiverReport, 7), part(1, payloadFeed, 7, 99)), join(part(0, receiverReport, ourSSRC), part(1, payloadFeed, ourSSRC, 99))},
		"short sender":              {part(0, senderReport, 7), part(0, senderReport, ourSSRC)},
		"another one speaks too":    {join(sr(7), part(0, receiverReport, 5)), join(ours, part(0, receiverReport, 5))},
		"a part without an SSRC":    {join(sr(7), part(0, application)), join(ours, part(0, application))},
		"empty":                     {nil, nil},
		"no RTCP":                   {rtp(8, 1, 1, 7, 20, 0), nil},
		"cut":                       {sr(7)[:20], nil},
		"followed by half a word":   {append(sr(7), 0x80, 200), nil},
		"without an SSRC":           {join(part(0, receiverReport), part(0, receiverReport)), nil},
		"unknown type":              {join(sr(7), part(0, 210, 7)), join(ours, part(0, 210, 7))},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := spoken(t)
			n := r.line.Report(160*ms, c.in)
			if !bytes.Equal(c.in[:n], c.want) {
				t.Errorf("% x\nwant % x", c.in[:n], c.want)
			}
		})
	}
	r := newRig(t, config())
	r.start(0, Fill)
	if r.line.Report(0, sr(7)) != 0 {
		t.Error("a report of a source that has not been heard")
	}
}

// TestReportOfOwn: while own packets are sent, the report's time is theirs.
func TestReportOfOwn(t *testing.T) {
	t.Parallel()
	r := spoken(t)
	r.run(500 * ms)
	in := sr(7)
	if n := r.line.Report(500*ms, in); n != len(in) || binary.BigEndian.Uint32(in[16:]) != 4000 {
		t.Errorf("% x", in)
	}
}

// xr is an extended report of one block.
func xr(kind uint32, words ...uint32) []byte {
	return part(0, extendedReport, append([]uint32{99, kind<<24 | uint32(len(words))}, words...)...)
}

func TestFeedback(t *testing.T) {
	t.Parallel()
	block := func(ssrc, highest uint32) []uint32 { return []uint32{ssrc, 0x01000002, highest, 3, 4, 5} }
	rr := func(blocks ...[]uint32) []byte {
		words := []uint32{99}
		for _, b := range blocks {
			words = append(words, b...)
		}
		return part(byte(len(blocks)), receiverReport, words...)
	}
	cases := map[string]struct{ in, want []byte }{
		"newest":            {rr(block(ourSSRC, 7)), rr(block(7, 102))},
		"one behind":        {rr(block(ourSSRC, 6)), rr(block(7, 101))},
		"an own one before": {rr(block(ourSSRC, 2)), rr(block(7, 100))},
		"its cycles":        {rr(block(ourSSRC, 1<<16|7)), rr(block(7, 102))},
		"not yet sent":      {rr(block(ourSSRC, 8)), rr(block(7, 102))},
		"about another":     {rr(block(5, 7), block(ourSSRC, 7)), rr(block(5, 7), block(7, 102))},
		"in a sender's":     {part(1, senderReport, append([]uint32{99, 1, 2, 3, 4, 5}, block(ourSSRC, 7)...)...), part(1, senderReport, append([]uint32{99, 1, 2, 3, 4, 5}, block(7, 102)...)...)},
		"picture loss":      {join(rr(), part(1, payloadFeed, 99, ourSSRC)), join(rr(), part(1, payloadFeed, 99, 7))},
		"blocks cut":        {part(2, receiverReport, append([]uint32{99}, block(ourSSRC, 7)...)...), part(2, receiverReport, append([]uint32{99}, block(7, 102)...)...)},
		"block cut":         {part(1, receiverReport, 99, ourSSRC, 1, 7, 3, 4), part(1, receiverReport, 99, ourSSRC, 1, 7, 3, 4)},
		"goodbye stays":     {join(rr(), part(1, goodbye, 99)), join(rr(), part(1, goodbye, 99))},
		"no RTCP":           {rtp(8, 1, 1, 1, 20, 0), nil},
		"VoIP metrics":      {xr(7, ourSSRC, 0x00050007, 9), xr(7, 7, 0x00050007, 9)},
		"of another":        {xr(7, 5, 9), xr(7, 5, 9)},
		"statistics":        {xr(6, ourSSRC, 0x00050008, 9), xr(6, 7, 0x00640067, 9)},
		"losses":            {xr(1, ourSSRC, 0x00050008, 0x80000000), xr(1, 7, 0x00640067, 0x80000000)},
		"since a report":    {xr(5, ourSSRC, 1, 2, 5, 3, 4, ourSSRC, 8, 9), xr(5, 7, 1, 2, 5, 3, 4, 7, 8, 9)},
		"a time":            {xr(4, ourSSRC, 9), xr(4, ourSSRC, 9)},
		"unknown extension": {xr(99, ourSSRC), xr(99, ourSSRC)},
		"two extensions":    {join(rr(), part(0, extendedReport, 99, 4<<24|2, 1, 2, 7<<24|1, ourSSRC)), join(rr(), part(0, extendedReport, 99, 4<<24|2, 1, 2, 7<<24|1, 7))},
		"extension cut":     {part(0, extendedReport, 99, 7<<24|8, ourSSRC), part(0, extendedReport, 99, 7<<24|8, ourSSRC)},
		"extension empty":   {part(0, extendedReport, 99, 7<<24, 6<<24, 1<<24|1, ourSSRC), part(0, extendedReport, 99, 7<<24, 6<<24, 1<<24|1, 7)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := spoken(t)
			n := r.line.Feedback(c.in)
			if !bytes.Equal(c.in[:n], c.want) {
				t.Errorf("% x\nwant % x", c.in[:n], c.want)
			}
		})
	}
	r := newRig(t, config())
	for i := range uint32(4) { // 65534, 65535, 0, 1
		r.packet(time.Duration(20*i)*ms, Pass, rtp(8, uint16(65534+i), 160*i, 7, 160, speechB))
	}
	in := rr(block(ourSSRC, uint32(config().Sequence)+3))
	if r.line.Feedback(in); !bytes.Equal(in, rr(block(7, 1<<16|1))) {
		t.Errorf("after a cycle: % x", in)
	}
	r = newRig(t, config())
	in = rr(block(ourSSRC, 7))
	if n := r.line.Feedback(in); n != len(in) || !bytes.Equal(in, rr(block(ourSSRC, 7))) {
		t.Error("rewritten for a peer that has sent nothing")
	}
}
