package configs

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// rawText returns a scalar as it stands in the file: digits keep their leading
// zeros, and a plain 77 is the prefix 77 and not a number.
func rawText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		if n.Value == nil {
			return "", true
		}
		return strings.TrimSpace(n.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// kindOf names a node for people.
func kindOf(n ast.Node) string {
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys and values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.BoolNode:
		return strconv.FormatBool(n.Value)
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return "an anchor or alias, which this file may not use; write it out"
	case *ast.TagNode:
		return "a tag, which this file may not use; remove it"
	}
	if text, ok := rawText(n); ok {
		return strconv.Quote(text)
	}
	return "something else"
}

var (
	nameForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	slugForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	campaignForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}$`)
	digitsForm   = regexp.MustCompile(`^[0-9*#]{1,16}$`)
	matchForm    = regexp.MustCompile(`^\+[0-9]{1,15}\*$`)
)

func form(re *regexp.Regexp, want string) func(string) (string, error) {
	return func(text string) (string, error) {
		if !re.MatchString(text) {
			return "", fmt.Errorf("%q is no %s", text, want)
		}
		return text, nil
	}
}

var (
	readName     = form(nameForm, "name; use up to 63 letters, digits, dots, dashes")
	readSlug     = form(slugForm, "slug; use up to 63 lower-case letters, digits, dashes")
	readCampaign = form(campaignForm, "campaign; write principal/campaign in lower case")
	readDigits   = form(digitsForm, "dial prefix; use up to 16 digits, * or #")
)

// readMatch reads "+39*" and "*", which is "".
func readMatch(text string) (string, error) {
	if text == "*" {
		return "", nil
	}
	if !matchForm.MatchString(text) {
		return "", fmt.Errorf("%q matches no numbers; write a leading part with plus and star, as +39*, or *", text)
	}
	return text, nil
}

func readText(text string) (string, error) {
	if text == "" {
		return "", fmt.Errorf("is empty; give a value or remove the key")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", fmt.Errorf("%q has control characters; remove them", text)
	}
	return text, nil
}

// number reads a whole number from 1 to high.
func number(high int) func(string) (int, error) {
	return func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0, fmt.Errorf("%q is no whole number; give one from 1 to %d", text, high)
		}
		if n < 1 || n > high {
			return 0, fmt.Errorf("%d is out of range; give a number from 1 to %d", n, high)
		}
		return n, nil
	}
}

// word is one choice of a key; not every choice is built yet.
type word[T any] struct {
	word  string
	value T
	later bool
}

// choice reads one of the words.
func choice[T any](words ...word[T]) func(string) (T, error) {
	return func(text string) (T, error) {
		var names []string
		for _, w := range words {
			if w.word == text && !w.later {
				return w.value, nil
			}
			if !w.later {
				names = append(names, w.word)
			}
		}
		var zero T
		for _, w := range words {
			if w.word == text {
				return zero, fmt.Errorf("%s is not built yet; use %s", text, strings.Join(names, " or "))
			}
		}
		if near, ok := suggest(text, names); ok {
			return zero, fmt.Errorf("unknown value %q; did you mean %s?", text, near)
		}
		return zero, fmt.Errorf("unknown value %q; use %s", text, strings.Join(names, " or "))
	}
}

// readAddrPort reads IP:port; the port may not be 0.
func readAddrPort(text string) (netip.AddrPort, error) {
	a, err := netip.ParseAddrPort(text)
	if err != nil || a.Addr().Zone() != "" {
		return netip.AddrPort{}, fmt.Errorf("%q is no IP address with port; write as 192.0.2.1:5060", text)
	}
	if a.Port() == 0 {
		return netip.AddrPort{}, fmt.Errorf("port 0 cannot be reached; give a port from 1 to 65535")
	}
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()), nil
}
