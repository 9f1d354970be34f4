package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"tregua/policy"
)

// list is a contact list, of the campaign of the same number. Its rows are first
// numbers of which a registry, the consents or the blacklist know, then others.
type list struct {
	id             int
	known, unknown span
}

// span is a run of places.
type span struct{ from, size uint64 }

func (s span) end() uint64 { return s.from + s.size }

func (l list) size() uint64     { return l.known.size + l.unknown.size }
func (l list) principal() int   { return l.id % principals }
func (l list) file() string     { return fmt.Sprintf("lists/l%d.csv", l.id) }
func (l list) name() string     { return fmt.Sprintf("p%d/l%d", l.principal(), l.id) }
func (l list) campaign() string { return fmt.Sprintf("p%d/c%d", l.principal(), l.id) }

// deck is all numbers in two orders, in which none comes twice: those that the
// first principal has rows of, and those of which nothing is known. The lists
// have the first of both.
type deck struct {
	plane   *plane
	lists   []list // Zipf sizes, the largest first
	from    uint64 // place in the plane of the first unknown number
	known   span   // that the lists have
	unknown span
	dice    *rand.Rand
	drawn   map[class]uint64
}

// deck lays the numbers out. Half of the rows of the first principal, who has all
// the big sets, are of known numbers.
func (o options) deck() (*deck, error) {
	p, err := newPlane()
	if err != nil {
		return nil, err
	}
	d := &deck{plane: p, from: o.of(unknownFrom), dice: rand.New(rand.NewPCG(7, 8)), drawn: map[class]uint64{}}
	count, rows, harmonic := int(o.of(listCount)), o.of(listSize), 0.0
	for rank := 1; rank <= count; rank++ {
		harmonic += 1 / float64(rank)
	}
	for id := range count {
		size := max(2, uint64(math.Ceil(float64(rows)/harmonic/float64(id+1))))
		l := list{id: id, known: span{from: d.known.end()}}
		if l.principal() == 0 {
			l.known.size = size / 2
		}
		l.unknown = span{d.unknown.end(), size - l.known.size}
		d.known.size, d.unknown.size = d.known.size+l.known.size, d.unknown.size+l.unknown.size
		d.lists = append(d.lists, l)
	}
	return d, nil
}

func (d *deck) numberKnown(place uint64) policy.Number {
	return d.plane.number(place * stride % d.from)
}

func (d *deck) numberUnknown(place uint64) policy.Number { return d.plane.number(d.from + place) }

// row is the number of row i of a list.
func (d *deck) row(l list, i uint64) policy.Number {
	if i < l.known.size {
		return d.numberKnown(l.known.from + i)
	}
	return d.numberUnknown(l.unknown.from + i - l.known.size)
}

// class is what a drawn number is.
type class struct {
	listed bool // it is in the list of the campaign that it is called for
	known  bool // the principal has a row of it
}

// draw is a number and the list of the campaign that it is called for.
type draw struct {
	class
	number policy.Number
	list   list
}

// next draws: nine of ten numbers are in the list, each row as likely as any, and
// one of ten is known. None comes twice, see [deck.worn].
func (d *deck) next() draw {
	r := draw{class: class{listed: d.dice.IntN(10) > 0, known: d.dice.IntN(10) == 0}}
	place := d.drawn[r.class]
	d.drawn[r.class]++
	in, number, rows := d.unknown, d.numberUnknown, func(l *list) span { return l.unknown }
	if r.known {
		in, number, rows = d.known, d.numberKnown, func(l *list) span { return l.known }
	}
	if r.listed {
		place = place * stride % in.size
		r.list = d.lists[sort.Search(len(d.lists), func(i int) bool { return rows(&d.lists[i]).end() > place })]
		r.number = number(place)
		return r
	}
	r.list = d.lists[d.dice.IntN(len(d.lists))]
	for r.known && r.list.principal() != 0 {
		r.list = d.lists[d.dice.IntN(len(d.lists))]
	}
	r.number = number(in.end() + place)
	return r
}

// worn reports whether more numbers of a class were drawn than there are: some
// came twice.
func (d *deck) worn() bool {
	return d.drawn[class{listed: true, known: true}] > d.known.size ||
		d.drawn[class{listed: true}] > d.unknown.size ||
		d.drawn[class{known: true}] > d.from-d.known.size ||
		d.drawn[class{}] > d.plane.size-d.from-d.unknown.size
}
