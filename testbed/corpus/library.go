package corpus

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"tregua/media/ambience"
)

// Voice is one person's recordings.
type Voice struct {
	Name  string
	Half  Half
	Clips []Clip
}

// Clip is one recording, cut to where it is heard and brought to an active
// level of 0 dB: the mean square of the frames within 20 dB of the loudest is 1.
type Clip struct {
	Name    string
	Samples []float32
}

// Library is the material of both halves.
type Library struct {
	voices [2][]Voice
	music  [2][]Clip
	noise  [2]pool

	ambience [2]*ambience.Sound
}

// musicMost is how many seconds of a piece are used.
const musicMost = 75

// musicDirs lists where music lies.
var musicDirs = []string{
	"usr/share/asterisk/moh", "usr/share/games/hedgewars/Data/Music", "usr/share/scummvm/drascula/audio",
	"usr/share/games/singularity/music", "usr/share/games/wesnoth/1.16/data/core/music",
	"usr/share/games/ardentryst/Music", "usr/share/games/colobot/music", "usr/share/games/csmash", "usr/share/games/etr/music",
	"usr/share/games/fretsonfire/data/songs/*/*", "usr/share/games/supertux2/music/*", "usr/share/hyperrogue/music",
	"usr/share/planetblupi/music", "usr/share/unknown-horizons/content/audio/music", "usr/share/unknown-horizons/content/audio/music/menu",
}

// notSpeech are parts of paths of recordings in which nobody speaks as people
// do.
var notSpeech = []string{
	"/silence/", "/pics/", "/icons/", "/sr@", "beep", "tone", "monkeys", "confbridge-join", "confbridge-leave", "conf-enter", "conf-leave",
	"/ktuberling/sounds/en/hoot", "dir-multi", "/voices/Robot/", "/voices/Singer/", "/Ooff", "/Ow", "/Poison", "/Laugh", "/Jump",
}

// Load reads what testbed/corpus/fetch unpacked under root.
func Load(root string) (*Library, error) {
	lib, voices := &Library{}, map[string]*Voice{}
	for _, s := range sources {
		if err := s.addTo(voices, root); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(voices)) {
		if v := voices[name]; len(v.Clips) >= 5 {
			lib.voices[v.Half] = append(lib.voices[v.Half], *v)
		}
	}
	for h := range lib.voices {
		if len(lib.voices[h]) < 5 {
			return nil, fmt.Errorf("corpus: %d voices in the %s half under %s; run testbed/corpus/fetch", len(lib.voices[h]), Half(h), root)
		}
		lib.noise[h] = newPool(Half(h))
		lib.ambience[h] = ambience.New(ambience.Config{Seed: uint64(7 + h)})
	}
	return lib, lib.addMusic(root)
}

// addMusic reads the beginnings of the pieces.
func (lib *Library) addMusic(root string) error {
	for _, dir := range musicDirs {
		paths, err := filepath.Glob(filepath.Join(root, dir, "*.wav"))
		if err != nil {
			return err
		}
		for _, path := range paths {
			samples, err := readWAV(path, musicMost)
			if err != nil {
				return err
			}
			name := strings.TrimPrefix(path, filepath.Join(root, "usr/share/asterisk/moh")+"/")
			name = strings.TrimPrefix(name, root+"/usr/share/")
			if half := halfOf("music", name); meanSquare(samples) > 1e-6 {
				lib.music[half] = append(lib.music[half], Clip{name, samples})
			}
		}
	}
	if len(lib.music[Tuning]) == 0 || len(lib.music[HeldOut]) == 0 {
		return errors.New("corpus: no music for both halves under " + root + "; run testbed/corpus/fetch")
	}
	return nil
}

// Folds is how many parts the tuning half is split into, to try on one what was
// learnt from the others.
const Folds = 3

// Fold splits the people and the music of the tuning half: those whose turn is
// k are in part, the others in rest. The pieces of a directory, which are often by
// one hand, stay together. What is learnt from rest can be held against
// part, as often as one likes.
func (lib *Library) Fold(k int) (rest, part *Library) {
	rest, part = &Library{noise: lib.noise, ambience: lib.ambience}, &Library{noise: lib.noise, ambience: lib.ambience}
	to := func(i int) *Library {
		if i%Folds == k {
			return part
		}
		return rest
	}
	for i, v := range lib.voices[Tuning] {
		l := to(i)
		l.voices[Tuning] = append(l.voices[Tuning], v)
	}
	of := func(c Clip) string { return c.Name[:strings.LastIndexByte(c.Name, '/')+1] }
	turn := 0
	for i, c := range lib.music[Tuning] {
		if i > 0 && (of(c) == "" || of(c) != of(lib.music[Tuning][i-1])) {
			turn++
		}
		l := to(turn)
		l.music[Tuning] = append(l.music[Tuning], c)
	}
	return rest, part
}

// Voices returns the people of a half.
func (lib *Library) Voices(h Half) []Voice { return lib.voices[h] }

// Music returns the pieces of a half.
func (lib *Library) Music(h Half) []Clip { return lib.music[h] }
