package configs

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Default is the commented default file: every key that is built, once.
//
//go:embed default.yaml
var Default []byte

// maxFile bounds a configuration file in bytes.
const maxFile = 1 << 20

// Load reads and checks a file, with the policy that it names. The error is of
// type [Problems] and names every mistake at once; a file that cannot be read
// is one problem without a line.
func Load(path string) (*Config, error) { return load(path, policyToo) }

// LoadWithSound is Load and reads the sound of media.ambience too, which may
// take seconds of CPU; [Ambience.Sound] then has it.
func LoadWithSound(path string) (*Config, error) { return load(path, soundToo) }

func load(path string, more others) (*Config, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxFile {
		err = fmt.Errorf("larger than %d bytes; name the right file", maxFile)
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		if pe, ok := errors.AsType[*os.PathError](err); ok {
			err = pe.Err
		}
		return nil, Problems{{File: path, Text: err.Error()}}
	}
	return parse(path, data, more)
}

// Parse checks the content of a file without touching any other: not the sound
// of media.ambience, and nothing that rests on overlays which are files. path
// serves for messages and is what relative paths start from. Its error is
// [Problems].
func Parse(path string, data []byte) (*Config, error) { return parse(path, data, noOthers) }

// others says which other files a check may open.
type others uint8

const (
	noOthers  others = iota
	policyToo        // the overlays of the policy
	soundToo         // and the sound
)

func parse(path string, data []byte, more others) (cfg *Config, err error) {
	r := &reader{file: path, at: map[string]place{}}
	root, ok := r.tree(data)
	if ok {
		cfg = r.config(root)
		r.checkOthers(cfg, more)
	}
	if len(r.problems) > 0 {
		r.problems.sort()
		return nil, r.problems
	}
	cfg.Warnings = r.warnings
	return cfg, nil
}

// tree returns the root mapping. The syntax library is not ours: what it
// panics on is a mistake of the file like any other.
func (r *reader) tree(data []byte) (root ast.Node, ok bool) {
	defer func() {
		if recover() != nil {
			r.problem(place{1, 1}, "", "is no YAML that can be read; check the indentation")
			root, ok = nil, false
		}
	}()
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, text := place{1, 1}, err.Error()
		if e, is := errors.AsType[yaml.Error](err); is {
			at, text = placeOfToken(e.GetToken()), e.GetMessage()
		}
		r.problem(at, "", "%s; mend the YAML first", strings.ReplaceAll(text, "\n", " "))
		return nil, false
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc != nil && doc.Body != nil && doc.Body.Type() != ast.CommentType {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		r.problem(place{1, 1}, "", "is empty; `tregua serve` needs listen, trunks and routes")
		return nil, false
	case 1:
		return bodies[0], true
	}
	r.problem(placeOf(bodies[1]), "", "a second document; keep one in a file")
	return nil, false
}

// path makes a path of the file absolute, or relative to the working directory.
func (r *reader) path(text string) (string, error) {
	if _, err := readText(text); err != nil {
		return "", err
	}
	if filepath.IsAbs(text) {
		return filepath.Clean(text), nil
	}
	return filepath.Join(filepath.Dir(r.file), text), nil
}
