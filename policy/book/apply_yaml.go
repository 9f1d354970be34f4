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
	text string
	bad  bool // it is none, and that was said
}

// item is one entity of a file.
type item struct {
	position
	kind   kind
	fields map[string]scalar
	lists  map[string][]scalar // the fields that are lists
}

// listKeys are the keys whose value is a list.
var listKeys = []string{"opt_out", "callback"}

// sections are the sections of data.yaml, in the order in which they are
// applied: names that are referred to come first.
var sections = []struct {
	name     string
	kind     kind
	required []string
	optional []string
}{
	{"principals", kindPrincipal, []string{"name"}, []string{"opt_out", "callback"}},
	{"call_centres", kindCallCentre, []string{"name"}, nil},
	{"accounts", kindAccount, []string{"name", "principal"}, nil},
	{"campaigns", kindCampaign, []string{"name", "principal", "call_centre", "account", "purpose", "channel", "ground"}, []string{"closed"}},
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
			for _, section := range sections {
				if section.name == name.text {
					items[section.kind] = readSection(section.kind, name, value, &mistakes)
					return
				}
			}
			mistakes.add(name.position, "unknown section %q: it is principals, call_centres, accounts or campaigns", name.text)
		})
	}
	var all []item
	for _, section := range sections {
		all = append(all, items[section.kind]...)
	}
	return all, mistakes
}

func readSection(k kind, name scalar, value ast.Node, mistakes *Mistakes) []item {
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
		if it, ok := readItem(k, node, mistakes); ok {
			items = append(items, it)
		}
	}
	return items
}

func readItem(k kind, node ast.Node, mistakes *Mistakes) (it item, ok bool) {
	it = item{position: nodeAt(node), kind: k, fields: map[string]scalar{}, lists: map[string][]scalar{}}
	section := sections[k-1]
	known := slices.Concat(section.required, section.optional)
	ok = eachPair(node, mistakes, func(name scalar, value ast.Node) {
		if !slices.Contains(known, name.text) {
			mistakes.add(name.position, "unknown key %q: a %s has %s", name.text, k, strings.Join(known, ", "))
			return
		}
		if slices.Contains(listKeys, name.text) {
			it.lists[name.text] = readList(name, value, mistakes)
			return
		}
		text, ok := scalarText(value)
		if !ok {
			mistakes.add(nodeAt(value), "%s must be one plain value", name.text)
		}
		it.fields[name.text] = scalar{position: nodeAt(value), text: text, bad: !ok}
	})
	var missing []string
	for _, name := range section.required {
		if _, there := it.fields[name]; !there {
			missing = append(missing, name)
		}
	}
	if ok && len(missing) > 0 {
		mistakes.add(it.position, "this %s has no %s", k, strings.Join(missing, ", "))
	}
	return it, ok
}

// readList reads a list of plain values.
func readList(name scalar, value ast.Node, mistakes *Mistakes) (list []scalar) {
	sequence, ok := value.(*ast.SequenceNode)
	if !ok {
		mistakes.add(nodeAt(value), "%s must be a list: [\"+39…\"]", name.text)
		return nil
	}
	for _, node := range sequence.Values {
		text, ok := scalarText(node)
		if !ok {
			mistakes.add(nodeAt(node), "%s must have plain values", name.text)
			continue
		}
		list = append(list, scalar{position: nodeAt(node), text: text})
	}
	return list
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
