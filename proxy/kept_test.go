package proxy

import (
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
)

func TestReadKeptRefuses(t *testing.T) {
	t.Parallel()
	k := answered(t, policy.WatchOff, someone).last()
	if n := len(k.Encode()); n > 1024 {
		t.Errorf("a simple call needs %d bytes", n)
	}
	newer, lame := *k, *k
	newer.Version, lame.State.CallID = 2, ""
	for text, want := range map[string]string{
		"": "EOF", newer.Encode(): "version 2", lame.Encode(): "no Call-ID", "\x80": "cannot unmarshal",
	} {
		if _, err := ReadKept(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// FuzzReadKept holds that what can be read is written as it was, and makes a
// call that ends on both sides or says why not; never a panic.
func FuzzReadKept(f *testing.F) {
	for _, w := range []policy.Watch{policy.WatchOff, policy.WatchShadow, policy.WatchEnforce} {
		f.Add(answeredFor(f, w).Encode())
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ReadKept(text)
		if err != nil {
			return
		}
		once := k.Encode()
		again, err := ReadKept(once)
		if err != nil || again.Encode() != once {
			t.Fatalf("%v: %x is read as %x", err, once, again.Encode())
		}
		b := newBench(nil, nil)
		if b.shard.cfg.Adoptable(k) == nil {
			b.shard.Turn(b.time(), b, []Input{Adopt{Kept: *k, Over: true}}, &b.out)
			if len(b.out.Mishaps) > 0 {
				t.Error(b.out.Mishaps)
			}
		}
	})
}

// answeredFor is what is kept of a call of a watch.
func answeredFor(f *testing.F, w policy.Watch) *Kept {
	st := call.State{
		CallID: "c1", URI: someone, From: "<sip:cc@pbx>;tag=a", FromTag: "a", To: "<sip:b@carrier>;tag=b", ToTag: "b",
		Invite: 1, Acked: true, Stream: -1, Watch: call.Watch{Mode: w}, Answered: time.Second, Word: &media.Heard{State: media.Operator},
	}
	st.Sides[media.A] = call.Side{Target: "sip:cc@192.0.2.1", Routes: []string{"Route: <sip:r;lr>"}, Remote: pbxAddr, CSeq: 1}
	st.Sides[media.B] = call.Side{Target: "sip:b@198.51.100.1", Remote: carrierAddr}
	k := &Kept{Version: keptVersion, Call: 7, Trunks: [2]string{"pbx", "carrier"}, State: st}
	if _, err := ReadKept(k.Encode()); err != nil {
		f.Fatal(err)
	}
	return k
}
