package main

import (
	"fmt"
	"math"
	"testing"

	"tregua/media/detect"
	"tregua/testbed/corpus"
)

func TestDbg(t *testing.T) {
	lib, err := corpus.Load("../../../out/corpus/root")
	if err != nil {
		t.Fatal(err)
	}
	cfg := detect.DefaultConfig()
	for k := range corpus.Classes {
		class := &corpus.Classes[k]
		if class.Group != corpus.Lawful {
			continue
		}
		for i := range 200 {
			c := lib.Case(corpus.Tuning, class, i)
			var res result
			dec, _ := res.play(c, c.Packets(), &cfg)
			if dec >= 0 {
				continue
			}
			s := ""
			act := 0
			for at := int(c.Onset.Seconds() * 8000); at+160 <= 2900*8; at += 160 {
				var v float64
				for _, x := range c.Voice[at : at+160] {
					v += float64(x) * float64(x) / 160
				}
				s += fmt.Sprintf(" %.0f", 10*math.Log10(v+1e-12))
				if v > 1e-5 {
					act++
				}
			}
			ev := res.last.Evidence()
			fmt.Println(class.Name, i, c.Onset, c.Speaker, "active", act, s)
			fmt.Printf("   %+v\n", ev)
		}
	}
}
