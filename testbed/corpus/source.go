package corpus

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// source is where voices of one package lie: one person in each directory that
// matches, or that person in all of them.
type source struct {
	dirs, speaker string
	inName        bool // the second word of a file's name says who of them speaks
}

var sources = []source{
	{dirs: "usr/share/asterisk/sounds/en_US_f_Allison", speaker: "allison"},
	{dirs: "usr/share/asterisk/sounds/es_MX_f_Allison", speaker: "allison"},
	{dirs: "usr/share/asterisk/sounds/fr_CA_f_June", speaker: "june"},
	{dirs: "usr/share/asterisk/sounds/it_IT_f_Menardi", speaker: "menardi"},
	{dirs: "usr/share/asterisk/sounds/it_IT_m_Carlo", speaker: "carlo"},
	{dirs: "usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU", speaker: "ivrvoice"},
	{dirs: "usr/share/games/fillets-ng/sound/*/cs", speaker: "fillets/cs", inName: true},
	{dirs: "usr/share/games/fillets-ng/sound/*/nl", speaker: "fillets/nl", inName: true},
	{dirs: "usr/share/games/hedgewars/Data/Sounds/voices/*"},
	{dirs: "usr/share/klettres/*"},
	{dirs: "usr/share/ktuberling/sounds/*"},
}

// clipsMost is how many clips of one voice of a source are used.
const clipsMost = 120

// addTo adds the source's voices to those there are.
func (s *source) addTo(voices map[string]*Voice, root string) error {
	dirs, err := filepath.Glob(filepath.Join(root, s.dirs))
	if err != nil {
		return err
	}
	spoken := map[string][]string{} // paths by speaker
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			speech := !slices.ContainsFunc(notSpeech, func(part string) bool { return strings.Contains(path, part) })
			if err == nil && !d.IsDir() && speech && strings.HasSuffix(path, ".wav") {
				if name := s.name(strings.TrimPrefix(dir, root+"/usr/share/"), path); name != "" {
					spoken[name] = append(spoken[name], path)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	for name, paths := range spoken { // order: each name is a voice of its own
		if voices[name] == nil {
			voices[name] = &Voice{Name: name, Half: halfOf("voice", name)}
		}
		if err := voices[name].add(paths); err != nil {
			return err
		}
	}
	return nil
}

// name returns who speaks in a file, or nothing where that is not known.
func (s *source) name(dir, path string) string {
	if !s.inName {
		if s.speaker != "" {
			return s.speaker
		}
		return strings.ReplaceAll(dir, "/sounds/", "/")
	}
	words := strings.Split(filepath.Base(path), "-")
	if len(words) < 3 || words[1] != "m" && words[1] != "v" { // the two fish
		return ""
	}
	return s.speaker + "/" + words[1]
}

// add takes some of the recordings, evenly.
func (v *Voice) add(paths []string) error {
	step := float64(len(paths)) / float64(min(len(paths), clipsMost))
	for at := 0.0; int(at) < len(paths); at += step {
		samples, err := readWAV(paths[int(at)], 20)
		if err != nil {
			return err
		}
		if clip := trim(samples); len(clip) > 0 {
			v.Clips = append(v.Clips, Clip{paths[int(at)], clip})
		}
	}
	return nil
}
