package corpus

import "testing"

func TestTmp(t *testing.T) {
	lib, err := Load("../../out/corpus/root")
	if err != nil {
		t.Fatal(err)
	}
	for h := range 2 {
		n := 0
		for _, v := range lib.voices[h] {
			s := 0
			short := 0
			for _, c := range v.Clips {
				s += len(c.Samples)
				if len(c.Samples) < 6400 {
					short++
				}
			}
			t.Log(Half(h), v.Name, len(v.Clips), s/len(v.Clips)*1000/8000, "ms mean; short:", short)
			n += len(v.Clips)
		}
		for _, m := range lib.music[h] {
			t.Log(Half(h), m.Name, len(m.Samples)/8000)
		}
		for _, c := range countries {
			if halfOf("country", c.name) == Half(h) {
				t.Log(c.name)
			}
		}
		t.Log(n)
	}
}
