package configs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// reader walks the syntax tree of one file and collects what is wrong. It reads
// the tree and not Go values, because a decoder stops at the first mistake and
// forgets the places of the rest.
type reader struct {
	file     string
	problems Problems
	warnings []Problem
	at       map[string]place // of every key and item seen, for checks across sections
	asked    map[string]bool  // of every key that is built; nil unless a test wants it
}

// place is a position in the file.
type place struct{ line, column int }

func placeOf(n ast.Node) place {
	if n == nil {
		return place{1, 1}
	}
	return placeOfToken(n.GetToken())
}

func placeOfToken(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	return place{max(1, t.Position.Line), max(1, t.Position.Column)}
}

func (r *reader) problem(at place, key, format string, args ...any) {
	r.problems = append(r.problems, Problem{r.file, at.line, at.column, key, fmt.Sprintf(format, args...)})
}

// wrong reports a problem of a key that was seen, or of its nearest parent.
func (r *reader) wrong(key, format string, args ...any) {
	r.problem(r.nearest(key), key, format, args...)
}

func (r *reader) warn(key, format string, args ...any) {
	at := r.nearest(key)
	r.warnings = append(r.warnings, Problem{r.file, at.line, at.column, key, fmt.Sprintf(format, args...)})
}

func (r *reader) nearest(key string) place {
	for ; key != ""; key = key[:max(0, strings.LastIndexAny(key, ".["))] {
		if at, ok := r.at[key]; ok {
			return at
		}
	}
	return place{1, 1}
}

// section is one mapping that is being read. Each key that is asked for is
// thereby known; end reports the others.
type section struct {
	*reader
	path   string
	start  place
	values map[string]ast.Node
	keys   []string // in the order of the file
	known  []string // keys asked for
	later  []string // keys that are not built or belong elsewhere
	broken bool     // it is no mapping, which was said: nothing is missing from it
}

// open makes a section of a node; what is not a mapping is reported and reads
// as an empty section, so that the walk goes on. An absent node is empty too.
func (r *reader) open(path string, n ast.Node) *section {
	s := &section{reader: r, path: path, start: placeOf(n), values: map[string]ast.Node{}}
	if n == nil {
		s.start = r.nearest(path)
		return s
	}
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		r.problem(s.start, path, "want keys and values, have %s", kindOf(n))
		s.broken = true
		return s
	}
	for _, pair := range pairs {
		s.add(pair)
	}
	return s
}

func (s *section) add(pair *ast.MappingValueNode) {
	if pair == nil || pair.Key == nil {
		return
	}
	at := placeOf(pair.Key)
	key, ok := rawText(pair.Key)
	if !ok || key == "" {
		s.problem(at, s.path, "a key must be one plain word, have %s", kindOf(pair.Key))
		return
	}
	path := s.join(key)
	if _, twice := s.values[key]; twice {
		s.problem(at, path, "given twice, first at line %d; keep one", s.at[path].line)
		return
	}
	s.at[path] = at
	s.values[key] = pair.Value
	s.keys = append(s.keys, key)
}

func (s *section) join(key string) string {
	if s.path == "" {
		return key
	}
	return s.path + "." + key
}

// take returns the node of a key and makes the key known.
func (s *section) take(key string) (ast.Node, bool) {
	s.known = append(s.known, key)
	if s.asked != nil {
		s.asked[s.join(key)] = true
	}
	n, ok := s.values[key]
	if !ok {
		return nil, false
	}
	if n == nil || n.Type() == ast.NullType {
		s.wrong(s.join(key), "has no value; give one or remove the key")
		return nil, false
	}
	return n, true
}

// has reports whether the file gives the key.
func (s *section) has(key string) bool {
	_, ok := s.values[key]
	return ok
}

// missing reports that a required key is not given.
func (s *section) missing(key, mend string) {
	if !s.has(key) && !s.broken {
		s.problem(s.start, s.join(key), "missing; %s", mend)
	}
}

// notBuilt names keys whose features do not exist yet: giving one is a mistake, because a key that is accepted and ignored is a promise broken.
func (s *section) notBuilt(keys ...string) {
	for _, key := range keys {
		s.later = append(s.later, key)
		if s.has(key) {
			s.wrong(s.join(key), "not built yet; remove the key")
		}
	}
}

// foreign names keys that belong elsewhere.
func (s *section) foreign(why string, keys ...string) {
	for _, key := range keys {
		s.later = append(s.later, key)
		if s.has(key) {
			s.wrong(s.join(key), "%s", why)
		}
	}
}

// end reports the keys that nobody asked for.
func (s *section) end() {
	for _, key := range s.keys {
		if slices.Contains(s.known, key) || slices.Contains(s.later, key) {
			continue
		}
		if near, ok := suggest(key, s.known); ok {
			s.wrong(s.join(key), "unknown key; did you mean %s?", near)
			continue
		}
		s.wrong(s.join(key), "unknown key; known here: %s", strings.Join(s.known, ", "))
	}
}

// section opens the mapping under a key; an absent key is an empty section.
func (s *section) section(key string) *section {
	n, _ := s.take(key)
	return s.open(s.join(key), n)
}

// items returns the nodes of the list under a key, their paths recorded.
func (s *section) items(key string) []ast.Node {
	n, ok := s.take(key)
	if !ok {
		return nil
	}
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		s.problem(placeOf(n), s.join(key), "want a list, have %s", kindOf(n))
		return nil
	}
	for i, item := range list.Values {
		s.at[s.item(key, i)] = placeOf(item)
	}
	return list.Values
}

func (s *section) item(key string, i int) string {
	return s.join(key) + "[" + strconv.Itoa(i) + "]"
}

// value reads one scalar under a key with parse; absent or bad, it is def.
func value[T any](s *section, key string, def T, parse func(string) (T, error)) T {
	n, ok := s.take(key)
	if !ok {
		return def
	}
	return scalar(s.reader, s.join(key), n, def, parse)
}

// scalar reads one scalar node. What parse returns as error is the problem.
func scalar[T any](r *reader, path string, n ast.Node, def T, parse func(string) (T, error)) T {
	text, ok := rawText(n)
	if !ok {
		r.problem(placeOf(n), path, "want one value, have %s", kindOf(n))
		return def
	}
	v, err := parse(text)
	if err != nil {
		r.problem(placeOf(n), path, "%v", err)
		return def
	}
	return v
}
