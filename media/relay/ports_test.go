package relay

import (
	"slices"
	"testing"
	"time"
)

func TestPorts(t *testing.T) {
	t.Parallel()
	start := time.Unix(1000, 0)
	p := newPorts(4001, 4010, time.Minute)
	var got []uint16
	for at, ok := p.ripe(1); ok; at, ok = p.ripe(1) {
		if at.After(start) {
			t.Fatalf("a fresh port rests until %v", at)
		}
		got = append(got, p.take())
	}
	sorted := slices.Sorted(slices.Values(got))
	// 4001 is odd; 4010 has none for its RTCP.
	if want := []uint16{4002, 4004, 4006, 4008}; !slices.Equal(sorted, want) {
		t.Fatalf("got %v, want %v", sorted, want)
	}
	p.give(4006, start)
	p.give(4002, start.Add(time.Second))
	for n, want := range map[int]time.Time{1: start.Add(time.Minute), 2: start.Add(61 * time.Second)} {
		if at, ok := p.ripe(n); !ok || !at.Equal(want) {
			t.Errorf("%d ports: ripe at %v %v, want %v", n, at, ok, want)
		}
	}
	p.give(4004, start) // told of late
	if at, _ := p.ripe(3); at.Before(start.Add(61 * time.Second)) {
		t.Errorf("the last of three is ripe at %v, before the second", at)
	}
	p.n--
	if _, ok := p.ripe(3); ok {
		t.Error("three ports of two")
	}
	if first, second := p.take(), p.take(); first != 4006 || second != 4002 {
		t.Errorf("got %d %d, want the longest unused first", first, second)
	}
}

// A port is found wherever it stands, and the others stay in their order.
func TestPickPort(t *testing.T) {
	t.Parallel()
	for turned := range 5 {
		for _, pick := range []uint16{0, 2, 4, 6, 8, 10} {
			p := &ports{queue: make([]restingPort, 6), head: turned}
			for port := uint16(0); port < 10; port += 2 {
				p.give(port, time.Unix(int64(port), 0))
			}
			if got := p.pick(pick); got != (pick < 10) {
				t.Fatalf("turned by %d: %d is there: %v", turned, pick, got)
			}
			for port := uint16(0); port < 10; port += 2 {
				if port == pick {
					continue
				}
				if at, ok := p.ripe(1); !ok || at.Unix() != int64(port) || p.take() != port {
					t.Fatalf("turned by %d, without %d: not %d in its turn", turned, pick, port)
				}
			}
			if p.n != 0 {
				t.Fatalf("%d left", p.n)
			}
		}
	}
}

func TestTakePorts(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	shared := newPorts(4000, 4005, time.Minute)
	one := &pool{ports: [2]*ports{shared, shared}}
	if port, ok := one.takePorts(now); !ok || port[0] == port[1] {
		t.Errorf("got %v %v", port, ok)
	}
	if port, ok := one.takePorts(now); ok {
		t.Errorf("two ports of one: %v", port)
	}
	two := &pool{ports: [2]*ports{newPorts(4000, 4003, time.Minute), newPorts(4000, 4001, time.Minute)}}
	port, ok := two.takePorts(now)
	if !ok || port[1] != 4000 {
		t.Errorf("got %v %v", port, ok)
	}
	if _, ok := two.takePorts(now); ok || two.ports[0].n != 1 {
		t.Errorf("%v, %d ports left of leg A, want the last one untouched", ok, two.ports[0].n)
	}
	two.givePorts(port, now)
	if _, ok := two.takePorts(now.Add(time.Minute - 1)); ok {
		t.Error("a port was leased that has not rested")
	}
	if _, ok := two.takePorts(now.Add(time.Minute)); !ok {
		t.Error("a port that has rested was not leased")
	}
}
