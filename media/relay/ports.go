package relay

import (
	"math/rand/v2"
	"time"
)

// ports are the free even ports of one address. They are handed out in the
// order they came back, the longest unused first; at the start in random
// order, so that a stranger cannot guess the next.
type ports struct {
	queue []restingPort // a ring: at never falls from head on
	head  int
	n     int
	rest  time.Duration
}

type restingPort struct {
	port uint16
	at   time.Time // not to be used before
}

func newPorts(low, high int, rest time.Duration) *ports {
	low += low % 2
	p := &ports{rest: rest}
	for port := low; port < high; port += 2 {
		p.queue = append(p.queue, restingPort{port: uint16(port)})
	}
	rand.Shuffle(len(p.queue), func(i, j int) { p.queue[i], p.queue[j] = p.queue[j], p.queue[i] })
	p.n = len(p.queue)
	return p
}

// ripe is when n ports will have rested; false: there are not so many.
func (p *ports) ripe(n int) (time.Time, bool) {
	if p.n < n {
		return time.Time{}, false
	}
	return p.queue[(p.head+n-1)%len(p.queue)].at, true
}

// take gives a port that has rested; ripe has said that there is one.
func (p *ports) take() uint16 {
	port := p.queue[p.head].port
	p.head = (p.head + 1) % len(p.queue)
	p.n--
	return port
}

// pick takes out that port, rested or not; false: it is not here.
func (p *ports) pick(port uint16) bool {
	for i := range p.n {
		if p.queue[(p.head+i)%len(p.queue)].port != port {
			continue
		}
		for ; i < p.n-1; i++ {
			p.queue[(p.head+i)%len(p.queue)] = p.queue[(p.head+i+1)%len(p.queue)]
		}
		p.n--
		return true
	}
	return false
}

// restore returns a port that was taken and has rested since.
func (p *ports) restore(port uint16) {
	p.head = (p.head + len(p.queue) - 1) % len(p.queue)
	p.queue[p.head] = restingPort{port: port}
	p.n++
}

// give returns a port that was taken; it rests from that time on, or from when
// the last one came if that is later.
func (p *ports) give(port uint16, since time.Time) {
	at := since.Add(p.rest)
	if last := p.queue[(p.head+p.n+len(p.queue)-1)%len(p.queue)].at; p.n > 0 && last.After(at) {
		at = last
	}
	p.queue[(p.head+p.n)%len(p.queue)] = restingPort{port, at}
	p.n++
}
