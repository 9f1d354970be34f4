package corpus

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"
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
}

// The most clips of one voice that are used, and of one voice's, of any length.
const clipsMost = 120

// sources lists where voices lie: one person in each directory that matches.
// Directories of one name after the colon are one person's.
var sources = []struct{ dir, speaker string }{
	{"usr/share/asterisk/sounds/en_US_f_Allison", "allison"},
	{"usr/share/asterisk/sounds/es_MX_f_Allison", "allison"},
	{"usr/share/asterisk/sounds/fr_CA_f_June", "june"},
	{"usr/share/asterisk/sounds/it_IT_f_Menardi", "menardi"},
	{"usr/share/asterisk/sounds/it_IT_m_Carlo", "carlo"},
	{"usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU", "ivrvoice"},
	{"usr/share/klettres/*", ""},
	{"usr/share/ktuberling/sounds/*", ""},
}

// notSpeech are parts of paths of recordings in which nobody speaks.
var notSpeech = []string{
	"/silence/", "/pics/", "/icons/", "/sr@", "beep", "tone", "monkeys", "confbridge-join", "confbridge-leave", "conf-enter", "conf-leave",
	"/ktuberling/sounds/en/hoot", "dir-multi",
}

// Load reads what testbed/corpus/fetch unpacked under root.
func Load(root string) (*Library, error) {
	byName := map[string]*Voice{}
	for _, s := range sources {
		dirs, err := filepath.Glob(filepath.Join(root, s.dir))
		if err != nil {
			return nil, err
		}
		for _, dir := range dirs {
			name := s.speaker
			if name == "" {
				name = strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(dir, root), "/usr/share/"), "/sounds/", "/")
			}
			if err := addVoice(byName, name, dir); err != nil {
				return nil, err
			}
		}
	}
	lib := &Library{}
	names := []string{}
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if v := byName[name]; len(v.Clips) >= 5 {
			lib.voices[v.Half] = append(lib.voices[v.Half], *v)
		}
	}
	for h := range lib.voices {
		if len(lib.voices[h]) < 5 {
			return nil, fmt.Errorf("corpus: %d voices in the %s half under %s; run testbed/corpus/fetch", len(lib.voices[h]), Half(h), root)
		}
		lib.noise[h] = newPool(Half(h))
	}
	return lib, lib.addMusic(filepath.Join(root, "usr/share/asterisk/moh"))
}

func addVoice(byName map[string]*Voice, name, dir string) error {
	var paths []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		speech := !slices.ContainsFunc(notSpeech, func(part string) bool { return strings.Contains(path, part) })
		if err == nil && !d.IsDir() && speech && strings.HasSuffix(path, ".wav") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return nil
	}
	if byName[name] == nil {
		byName[name] = &Voice{Name: name, Half: halfOf("voice", name)}
	}
	v := byName[name]
	// The paths are sorted; take them evenly.
	step := float64(len(paths)) / float64(min(len(paths), clipsMost))
	for at := 0.0; int(at) < len(paths); at += step {
		samples, err := readWAV(paths[int(at)])
		if err != nil {
			return err
		}
		if clip := trim(samples); len(clip) > 0 {
			v.Clips = append(v.Clips, Clip{paths[int(at)], clip})
		}
	}
	return nil
}

func (lib *Library) addMusic(dir string) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.wav"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		samples, err := readWAV(path)
		if err != nil {
			return err
		}
		name := filepath.Base(path)
		half := halfOf("music", name)
		lib.music[half] = append(lib.music[half], Clip{name, samples})
	}
	if len(lib.music[Tuning]) == 0 || len(lib.music[HeldOut]) == 0 {
		return errors.New("corpus: no music on hold under " + dir + "; run testbed/corpus/fetch")
	}
	return nil
}

// Voices returns the people of a half.
func (lib *Library) Voices(h Half) []Voice { return lib.voices[h] }

// Music returns the pieces of a half.
func (lib *Library) Music(h Half) []Clip { return lib.music[h] }

// frame is 20 ms.
const frame = Rate / 50

// trim returns a recording from its first to its last sound, without what a
// telephone does not carry, brought to 0 dB. It returns nothing for what is no
// clean recording of speech: less than 150 ms of it, or a noise 20 to 25 dB
// under it in its pauses. The rule knows levels only, and holds for both halves.
func trim(in []float32) []float32 {
	out := highPass(in)
	const step = frame / 2
	var levels []float64
	for i := 0; i+step <= len(out); i += step {
		levels = append(levels, meanSquare(out[i:i+step]))
	}
	if len(levels) < 15 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(levels))
	loud := sorted[len(sorted)*95/100] // a click is shorter
	var sum float64
	n := 0
	for _, p := range levels {
		if p >= loud/100 {
			sum += p
			n++
		}
	}
	if loud < 1e-6 || n < 15 || sorted[len(sorted)/20] > loud/300 && n < len(levels)*8/10 {
		return nil
	}
	first, last := heard(levels, loud/300), len(levels)
	slices.Reverse(levels)
	last -= heard(levels, loud/300)
	if last-first < 15 {
		return nil
	}
	out = out[first*step : last*step]
	gain := float32(1 / math.Sqrt(sum/float64(n)))
	for i := range out {
		out[i] *= gain
	}
	return out
}

// heard returns where levels first stay over a threshold for 60 ms, a dip of
// 10 ms apart.
func heard(levels []float64, over float64) int {
	for i := range levels {
		n := 0
		for _, p := range levels[i:min(i+6, len(levels))] {
			if p >= over {
				n++
			}
		}
		if n >= 5 && levels[i] >= over {
			return i
		}
	}
	return len(levels)
}

// highPass takes away what is under 150 Hz: a Butterworth of the fourth order.
func highPass(in []float32) []float32 {
	out := slices.Clone(in)
	for _, q := range []float64{0.5412, 1.3066} {
		w := 2 * math.Pi * 150 / Rate
		alpha, c := math.Sin(w)/(2*q), math.Cos(w)
		a0 := 1 + alpha
		b0, b1 := (1+c)/2/a0, -(1+c)/a0
		a1, a2 := -2*c/a0, (1-alpha)/a0
		var x1, x2, y1, y2 float64
		for i, s := range out {
			x := float64(s)
			y := b0*x + b1*x1 + b0*x2 - a1*y1 - a2*y2
			x1, x2, y1, y2 = x, x1, y, y1
			out[i] = float32(y)
		}
	}
	return out
}

func meanSquare(samples []float32) float64 {
	var sum float64
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return sum / float64(max(len(samples), 1))
}

// amplitude is the factor of a level in dB.
func amplitude(dB float64) float32 { return float32(math.Pow(10, dB/20)) }
