package main

import (
	"errors"
	"strconv"

	"tregua/policy"
	"tregua/policy/numbers"
)

// plane is the numbers of Italy that are drawn from: runs of numbers that begin
// alike, one behind the other.
type plane struct {
	runs []run
	size uint64
}

// run is the numbers from first on.
type run struct {
	first uint64
	size  uint64
	start uint64 // its place in the plane
}

// stride spreads consecutive draws over the plane. It is a prime above every
// size, so that each number is drawn once before any comes again.
const stride = 2_654_435_789

// newPlane takes the mobile prefixes that the numbering plan has, and fixed
// numbers of the large cities: three or four of five numbers are mobile.
func newPlane() (*plane, error) {
	p := &plane{}
	add := func(prefix string, digits int) {
		probe := "+39" + prefix + "1234567890"[:digits]
		if _, ok := (numbers.Plan{Country: "IT"}).Digits(numbers.AnyForm, probe); !ok {
			return
		}
		first, size := uint64(39), uint64(1)
		for _, d := range prefix {
			first = first*10 + uint64(d-'0')
		}
		for range digits {
			first, size = first*10, size*10
		}
		p.runs = append(p.runs, run{first, size, p.size})
		p.size += size
	}
	for mobile := 320; mobile < 400; mobile++ {
		add(strconv.Itoa(mobile), 7)
	}
	for _, fixed := range []string{"02", "06"} {
		add(fixed, 8)
	}
	for _, fixed := range []string{"010", "011", "041", "045", "049", "051", "055", "081", "091", "095"} {
		add(fixed, 7)
	}
	if len(p.runs) < 50 {
		return nil, errors.New("the numbering plan has changed: too few of the prefixes are valid")
	}
	return p, nil
}

// number returns number i of a fixed order in which none comes twice. Some are
// valid by their prefix only: the plan says so, they are drawn all the same.
func (p *plane) number(i uint64) policy.Number {
	at := i % p.size * stride % p.size
	low, high := 0, len(p.runs)
	for high-low > 1 {
		if middle := (low + high) / 2; p.runs[middle].start <= at {
			low = middle
		} else {
			high = middle
		}
	}
	return policy.Number(p.runs[low].first + at - p.runs[low].start)
}
