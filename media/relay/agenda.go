package relay

import "time"

// agenda is the guards of a worker by the time of their next turn: a binary
// heap, the earliest first, in which each guard knows its place.
type agenda []*guard

// put brings g to its place for a turn at that time; a guard that has none yet
// gets one.
func (a *agenda) put(g *guard, at time.Duration) {
	if g.place == off {
		g.place = len(*a)
		*a = append(*a, g)
	}
	g.next = at
	a.settle(g.place)
}

// remove takes g out, if it is in.
func (a *agenda) remove(g *guard) {
	i, last := g.place, len(*a)-1
	if i == off {
		return
	}
	a.swap(i, last)
	(*a)[last] = nil
	*a = (*a)[:last]
	g.place = off
	if i < last {
		a.settle(i)
	}
}

// due is the guard whose turn it is, nil if it is nobody's yet.
func (a *agenda) due(now time.Duration) *guard {
	if len(*a) == 0 || (*a)[0].next > now {
		return nil
	}
	return (*a)[0]
}

// wait is how many milliseconds there are until the next turn, not too few, a
// minute at most: as epoll_wait takes it, -1 for ever.
func (a *agenda) wait(now time.Duration) int {
	if len(*a) == 0 {
		return -1
	}
	left := min(max(0, (*a)[0].next-now), time.Minute)
	return int((left + time.Millisecond - 1) / time.Millisecond)
}

// settle moves the guard at i up or down until the order holds.
func (a *agenda) settle(i int) {
	h := *a
	for i > 0 && h[i].next < h[(i-1)/2].next {
		a.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(h); child++ {
			if h[child].next < h[least].next {
				least = child
			}
		}
		if least == i {
			return
		}
		a.swap(i, least)
		i = least
	}
}

func (a *agenda) swap(i, j int) {
	h := *a
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}
