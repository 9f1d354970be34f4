package corpus

import (
	"hash/fnv"
	"strings"
)

// Half is one of the two disjoint halves of the material.
type Half uint8

// The halves.
const (
	Tuning Half = iota
	HeldOut
)

// String returns the half's name.
func (h Half) String() string {
	if h == HeldOut {
		return "held-out"
	}
	return "tuning"
}

// placed are the packages that were added later. Each went to one half as a
// whole before any of it was played: one of voices and one of music to be held
// out, the others to learn from.
var placed = []struct {
	prefix string
	half   Half
}{
	{"fillets/cs/", Tuning},
	{"fillets/nl/", HeldOut},
	{"games/hedgewars/", Tuning},
	{"scummvm/drascula/", HeldOut},
	{"games/singularity/", Tuning},
	{"games/wesnoth/", Tuning},
	{"games/ardentryst/", Tuning},
	{"games/colobot/", Tuning},
	{"games/csmash/", Tuning},
	{"games/etr/", Tuning},
	{"games/fretsonfire/", Tuning},
	{"games/supertux2/", Tuning},
	{"hyperrogue/", Tuning},
	{"planetblupi/", Tuning},
	{"unknown-horizons/", Tuning},
}

// halfOf says which half a speaker, a piece of music or a country belongs to.
// The number in the salt was chosen once, before anything was tuned: the first
// that gives both halves the same share of each kind.
func halfOf(kind, name string) Half {
	for _, p := range placed {
		if strings.HasPrefix(name, p.prefix) {
			return p.half
		}
	}
	h := fnv.New64a()
	h.Write([]byte("tregua corpus 1091/" + kind + "/" + name))
	x := h.Sum64()
	x ^= x >> 32
	return Half((x ^ x>>16 ^ x>>8 ^ x>>4) & 1)
}
