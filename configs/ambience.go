package configs

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"tregua/media/ambience"
)

// Ambience is the sound that a person hears until an operator speaks.
type Ambience struct {
	File  string  // path of a WAV file; "": the built-in sound
	Level float64 // dBFS

	read *ambience.Sound // File, if it was read already
}

// Sound reads the file, or makes the built-in sound from seed; either may take
// seconds of CPU. The error says what is wrong with the file.
func (a Ambience) Sound(seed uint64) (*ambience.Sound, error) {
	c := ambience.Config{Seed: seed, Level: a.Level}
	switch {
	case a.File == "":
		return ambience.New(c), nil
	case a.read != nil:
		return a.read, nil
	}
	f, err := os.Open(a.File)
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		err = pe.Err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.File, err)
	}
	defer f.Close()
	s, err := ambience.FromWAV(f, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.File, err)
	}
	return s, nil
}

// checkAmbience holds that the file of the sound can be used.
func (r *reader) checkAmbience(a *Ambience) {
	if a.File == "" {
		return
	}
	var err error
	if a.read, err = a.Sound(0); err != nil {
		r.wrong("media.ambience", "%v", err)
	}
}

// ambience reads media.ambience and media.ambience_level.
func (r *reader) ambience(s *section) Ambience {
	return Ambience{
		File:  value(s, "ambience", "", r.sound),
		Level: value(s, "ambience_level", -34, readLevel),
	}
}

// sound reads builtin, which is "", or the path of a WAV file.
func (r *reader) sound(text string) (string, error) {
	if text == "builtin" {
		return "", nil
	}
	if strings.ContainsRune(text, '/') || strings.HasSuffix(strings.ToLower(text), ".wav") {
		return r.path(text)
	}
	return "", fmt.Errorf("unknown sound %q; use builtin, or the path of a WAV file, which has a slash or ends in .wav", text)
}

// readLevel reads a level in dBFS, without its unit.
func readLevel(text string) (float64, error) {
	level, err := strconv.ParseFloat(text, 64)
	if err != nil || level == 0 {
		return 0, fmt.Errorf("%q is no level; write it in dBFS without a unit, as -34", text)
	}
	return level, ambience.Config{Level: level}.Validate()
}
