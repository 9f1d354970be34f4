package book

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Mistake is one mistake of a file and where it is, both from 1.
type Mistake struct {
	Line, Column int
	Text         string
}

// Mistakes are all mistakes of a file.
type Mistakes []Mistake

// sorted puts the mistakes in the order of the file.
func (m Mistakes) sorted() Mistakes {
	slices.SortStableFunc(m, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return m
}

// Error returns one line per mistake: "7:14: what is wrong and what to do".
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, one := range m {
		lines[i] = fmt.Sprintf("%d:%d: %s", one.Line, one.Column, one.Text)
	}
	return strings.Join(lines, "\n")
}

type position struct{ line, column int }

func (m *Mistakes) add(at position, format string, args ...any) {
	*m = append(*m, Mistake{Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...)})
}

// scalar is a value as it is written.
type scalar struct {
	position
	text  string
	bad   bool      // it is none, and that was said
	words []scalar  // of a list of values; text has them with blanks between
	pairs []written // of a mapping
}

// written is a key of a mapping and its value.
type written struct{ key, value scalar }

// item is one entity of a file.
type item struct {
	position
	kind   kind
	fields map[string]scalar
}

// section is a section of data.yaml: a list of entities of one kind.
type section struct {
	name     string
	kind     kind
	required []string
	optional []string
	lists    []string // of these keys, the ones that may have more than one value
	maps     []string // and those that have keys of their own
}

// keys are the keys that an entity may have.
func (s *section) keys() []string { return slices.Concat(s.required, s.optional) }

// sections are the sections of data.yaml, in the order in which they are
// applied: names that are referred to come first.
var sections = []section{
	{name: "principals", kind: kindPrincipal, required: []string{"name"}, optional: []string{"profile", "opt_out", "callback"}, lists: ownKeys},
	{name: "call_centres", kind: kindCallCentre, required: []string{"name"}, optional: []string{"country", "roc", "notice", "dispositions"}, maps: []string{"dispositions"}},
	{
		name: "mandates", kind: kindMandate, required: []string{"principal", "call_centre", "from", "purposes"},
		optional: []string{"sub_contractor_of", "to"}, lists: []string{"purposes"},
	},
	{
		name: "caller_ids", kind: kindCallerID, required: []string{"number", "call_centre", "roc"},
		optional: []string{"principal", "tested", "answered"},
	},
	{name: "accounts", kind: kindAccount, required: []string{"name", "principal"}, optional: formatKeys},
	{name: "providers", kind: kindProvider, required: []string{"name"}, optional: []string{"contact"}},
	{
		name: "lists", kind: kindList, required: []string{"name", "principal", "origin"},
		optional: []string{"provider", "retain_until"},
	},
	{
		name: "campaigns", kind: kindCampaign,
		required: []string{"name", "principal", "call_centre", "account", "purpose", "channel", "ground"},
		optional: []string{"sector", "closed", "lists", "off_list", "service", "aliases", "operators"}, lists: []string{"lists", "aliases"},
	},
}

// sectionNames are the names for people.
func sectionNames() string {
	names := make([]string, len(sections))
	for i := range sections {
		names[i] = sections[i].name
	}
	return choiceOf(names)
}

// choiceOf words a choice: "a, b or c".
func choiceOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// readData reads data.yaml. The items come in the order of [sections].
func readData(text []byte) ([]item, Mistakes) {
	var mistakes Mistakes
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		at := position{1, 1}
		message := err.Error()
		if broken, ok := errors.AsType[yaml.Error](err); ok {
			at, message = positionOf(broken.GetToken().Position.Line, broken.GetToken().Position.Column), broken.GetMessage()
		}
		mistakes.add(at, "this is not YAML: %s", message)
		return nil, mistakes
	}
	var items [kindPart][]item
	for i, document := range file.Docs {
		if document.Body == nil {
			continue
		}
		if i > 0 {
			mistakes.add(nodeAt(document.Body), "a second document: put everything into one")
			continue
		}
		eachPair(document.Body, &mistakes, func(name scalar, value ast.Node) {
			for i := range sections {
				if s := &sections[i]; s.name == name.text {
					items[s.kind] = readSection(s, name, value, &mistakes)
					return
				}
			}
			mistakes.add(name.position, "unknown section %q: it is %s", name.text, sectionNames())
		})
	}
	var all []item
	for _, s := range sections {
		all = append(all, items[s.kind]...)
	}
	return all, mistakes
}

func readSection(s *section, name scalar, value ast.Node, mistakes *Mistakes) []item {
	if _, empty := value.(*ast.NullNode); empty {
		return nil
	}
	list, ok := value.(*ast.SequenceNode)
	if !ok {
		mistakes.add(nodeAt(value), "%s must be a list: one \"- name: …\" each", name.text)
		return nil
	}
	var items []item
	for _, node := range list.Values {
		if it, ok := readItem(s, node, mistakes); ok {
			items = append(items, it)
		}
	}
	return items
}

func readItem(s *section, node ast.Node, mistakes *Mistakes) (it item, ok bool) {
	it = item{position: nodeAt(node), kind: s.kind, fields: map[string]scalar{}}
	known := s.keys()
	ok = eachPair(node, mistakes, func(name scalar, value ast.Node) {
		if !slices.Contains(known, name.text) {
			mistakes.add(name.position, "unknown key %q: a %s has %s", name.text, s.kind, strings.Join(known, ", "))
			return
		}
		if slices.Contains(s.lists, name.text) {
			it.fields[name.text] = readMany(name, value, mistakes)
			return
		}
		if slices.Contains(s.maps, name.text) {
			it.fields[name.text] = readPairs(name, value, mistakes)
			return
		}
		text, ok := scalarText(value)
		if !ok {
			mistakes.add(nodeAt(value), "%s must be one plain value", name.text)
		}
		it.fields[name.text] = scalar{position: nodeAt(value), text: text, bad: !ok}
	})
	var missing []string
	for _, name := range s.required {
		if _, there := it.fields[name]; !there {
			missing = append(missing, name)
		}
	}
	if ok && len(missing) > 0 {
		mistakes.add(it.position, "this %s has no %s", s.kind, strings.Join(missing, ", "))
	}
	return it, ok
}

// readMany reads a field that has one plain value or a list of them.
func readMany(name scalar, value ast.Node, mistakes *Mistakes) scalar {
	nodes := []ast.Node{value}
	if list, ok := value.(*ast.SequenceNode); ok {
		nodes = list.Values
	}
	all := scalar{position: nodeAt(value)}
	texts := make([]string, len(nodes))
	for i, node := range nodes {
		text, ok := scalarText(node)
		if !ok {
			mistakes.add(nodeAt(node), "%s must be plain values", name.text)
			all.bad = true
		}
		texts[i] = text
		all.words = append(all.words, scalar{position: nodeAt(node), text: text})
	}
	all.text = strings.Join(texts, " ")
	return all
}

// readPairs reads a field that is a mapping of plain values.
func readPairs(name scalar, value ast.Node, mistakes *Mistakes) scalar {
	all := scalar{position: nodeAt(value)}
	all.bad = !eachPair(value, mistakes, func(key scalar, node ast.Node) {
		text, ok := scalarText(node)
		if !ok {
			mistakes.add(nodeAt(node), "%s of %s must be one plain value", key.text, name.text)
			return
		}
		all.pairs = append(all.pairs, written{key, scalar{position: nodeAt(node), text: text}})
	})
	return all
}

// eachPair calls visit for every key of a mapping, and reports whether the
// node is one.
func eachPair(node ast.Node, mistakes *Mistakes, visit func(name scalar, value ast.Node)) bool {
	var pairs []*ast.MappingValueNode
	switch m := node.(type) {
	case *ast.MappingNode:
		pairs = m.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{m}
	default:
		mistakes.add(nodeAt(node), "here must be \"key: value\" lines")
		return false
	}
	for _, pair := range pairs {
		token := pair.Key.GetToken()
		at := positionOf(token.Position.Line, token.Position.Column)
		visit(scalar{position: at, text: token.Value}, pair.Value)
	}
	return true
}

// scalarText returns a value as it is written. Anchors, aliases and tags are
// no plain values: what is applied must be what is read.
func scalarText(node ast.Node) (string, bool) {
	switch node.(type) {
	case *ast.StringNode, *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		return node.GetToken().Value, true
	}
	return "", false
}

func nodeAt(node ast.Node) position {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		node = m.Values[0].Key // the token of a mapping is its first colon
	} else if m, ok := node.(*ast.MappingValueNode); ok {
		node = m.Key
	}
	p := node.GetToken().Position
	return positionOf(p.Line, p.Column)
}

func positionOf(line, column int) position { return position{line, column} }
