// Package tregua_test holds the shape of the house: who may import whom, and
// what a pure package may not do (design: the core is functions of its
// arguments). It reads the sources of every build tag and needs no C compiler.
package tregua_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "tregua"

// mayImport says which packages of ours a directory may import; the first line
// that fits a directory holds, and one that fits none may import nothing of
// ours. "x/..." is x and all below it.
var mayImport = []struct {
	dir  string
	ours []string
}{
	{"policy", nil}, // Judge is given its rules
	{"policy/...", []string{"policy/..."}},
	{"media/...", []string{"media/..."}},
	{"proxy/wire", nil},
	{"proxy/sdp", nil},
	{"proxy/ids", nil},
	{"proxy/isup", nil},
	{"proxy/txn", []string{"proxy/wire"}},
	{"proxy/answer", []string{"policy"}},
	{"proxy/transport", []string{"proxy/wire"}},
	{"proxy/route", []string{"proxy/wire", "proxy/transport"}},
	{"proxy/call", []string{"proxy/wire", "proxy/sdp", "proxy/txn", "policy", "media", "media/codec"}},
	{"proxy", []string{"proxy/...", "policy/...", "media/..."}},
	{"configs/...", []string{"configs/...", "proxy/...", "policy/...", "media/..."}},
	{"cmd/tregua/...", []string{"cmd/...", "configs/...", "proxy/...", "policy/...", "media/...", "testbed/peers"}},
	{"testbed/peers", nil},                     // an independent SIP stack
	{"testbed/sipp", []string{"testbed/rtp"}},  // speaks to the program as a user does
	{"testbed/rtp", []string{"testbed/peers"}}, // hears it as a wire does
	{"testbed/flows", []string{"testbed/sipp"}},
	{"testbed/bench", []string{"testbed/sipp", "proxy", "proxy/call", "proxy/transport", "policy", "media"}},
	{"testbed/...", []string{"configs/...", "proxy/...", "policy/...", "media/...", "testbed/..."}},
}

// pure lists the packages whose functions depend on their arguments alone.
var pure = []string{
	"media", "media/ambience", "media/codec", "media/detect", "media/detect/voice", "media/line",
	"policy", "policy/access", "policy/bar", "policy/contracts", "policy/disposition", "policy/gate", "policy/keep", "policy/mapping", "policy/numbers", "policy/replay", "policy/rings", "policy/rules",
	"policy/report", "policy/report/page", "policy/shadow", "policy/silence", "policy/suggest",
	"proxy/answer", "proxy/call", "proxy/ids", "proxy/isup", "proxy/sdp", "proxy/txn", "proxy/wire",
}

// impureImports are forbidden to pure packages; a name ends in / when all
// below it is forbidden too.
var impureImports = []string{
	"context", "crypto/rand", "log", "log/", "math/rand", "math/rand/", "net", "net/",
	"os", "os/", "sync", "sync/", "syscall", "golang.org/x/net/", "golang.org/x/sys/",
}

// impureTime are the functions of package time that read or run a clock.
var impureTime = []string{
	"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until",
}

func TestWhoImportsWhom(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	for dir, files := range sources(t, fset) {
		for _, f := range files {
			for _, imp := range f.Imports {
				ours, ok := strings.CutPrefix(importPath(imp), module+"/")
				if ok && ours != dir && !allowed(dir, ours) {
					t.Errorf("%s: %s may not import %s/%s", fset.Position(imp.Pos()), dir, module, ours)
				}
			}
		}
	}
}

func TestPurePackages(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	all := sources(t, fset)
	imp := exportImporter(t, fset)
	for _, dir := range pure {
		if len(all[dir]) == 0 {
			t.Errorf("%s: a pure package that is not there", dir)
		}
		for _, complaint := range impurities(fset, module+"/"+dir, all[dir], imp) {
			t.Error(complaint)
		}
	}
}

// TestImpuritiesAreSeen breaks each rule once.
func TestImpuritiesAreSeen(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ imports, body, want string }{
		"net":                  {`import "net"`, `var _ net.IP`, "imports net"},
		"netip":                {`import "net/netip"`, `var _ netip.Addr`, ""},
		"below os":             {`import _ "os/exec"`, ``, "imports os/exec"},
		"clock":                {`import "time"`, `var _ = time.Now()`, "time.Now"},
		"clock, renamed":       {`import x "time"`, `var f = x.Since`, "time.Since"},
		"duration":             {`import "time"`, `var _ = time.Second`, ""},
		"goroutine":            {``, `func f() { go f() }`, "goroutine"},
		"map":                  {``, "func f(m map[int]int) {\n\tfor range m {\n\t}\n}", "ranges over a map"},
		"named map":            {``, "type m map[int]int\nfunc f(x struct{ m m }) {\n\tfor range x.m {\n\t}\n}", "ranges over a map"},
		"map, explained":       {``, "func f(m map[int]int) {\n\tfor range m { // order: only counted\n\t}\n}", ""},
		"map, explained above": {``, "func f(m map[int]int) {\n\t// order: only counted\n\tfor range m {\n\t}\n}", ""},
		"map iterator":         {`import "maps"`, "func f(m map[int]int) {\n\tfor range maps.Keys(m) {\n\t}\n}", "maps.Keys"},
		"map sorted":           {`import ("maps"; "slices")`, "func f(m map[int]int) []int { return slices.Sorted(maps.Keys(m)) }", ""},
		"slice":                {``, "func f(s []int) {\n\tfor range s {\n\t}\n}", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, "p.go", "package p\n"+c.imports+"\n"+c.body, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(impurities(fset, "p", []*ast.File{f}, importer.ForCompiler(fset, "source", nil)), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("complaints %q, want %q", got, c.want)
			}
		})
	}
}

// sources parses every file that is no test, by directory.
func sources(t *testing.T, fset *token.FileSet) map[string][]*ast.File {
	t.Helper()
	all := map[string][]*ast.File{}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.ParseComments|parser.SkipObjectResolution)
		dir := path.Dir(filepath.ToSlash(p))
		all[dir] = append(all[dir], f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func allowed(dir, ours string) bool {
	for _, rule := range mayImport {
		if fits(rule.dir, dir) {
			return slices.ContainsFunc(rule.ours, func(p string) bool { return fits(p, ours) })
		}
	}
	return false
}

func fits(pattern, dir string) bool {
	below, wide := strings.CutSuffix(pattern, "/...")
	return dir == below || wide && strings.HasPrefix(dir, below+"/")
}

func importPath(imp *ast.ImportSpec) string {
	p, _ := strconv.Unquote(imp.Path.Value) // the parser has seen it
	return p
}

// impurities says what the files of one package do that a pure package may not.
func impurities(fset *token.FileSet, pkg string, files []*ast.File, imp types.Importer) []string {
	var out []string
	complain := func(n ast.Node, format string, args ...any) {
		out = append(out, fset.Position(n.Pos()).String()+": a pure package "+fmt.Sprintf(format, args...))
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	check := types.Config{Importer: imp, Error: func(error) {}} // the compiler reports errors
	check.Check(pkg, fset, files, info)                         //nolint:errcheck // see the line above
	for _, f := range files {
		explained := orderComments(fset, f)
		sorted := map[ast.Node]bool{}
		for _, imp := range f.Imports {
			if impureImport(importPath(imp)) {
				complain(imp, "imports %s", importPath(imp))
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				complain(n, "starts a goroutine")
			case *ast.RangeStmt:
				line := fset.Position(n.Pos()).Line
				if t := info.TypeOf(n.X); t != nil && isMap(t) && !explained[line] && !explained[line-1] {
					complain(n, "ranges over a map: sort it, or say why the order cannot be seen in a comment // order: ...")
				}
			case *ast.CallExpr:
				if name := qualified(info, n.Fun); strings.HasPrefix(name, "slices.Sorted") && len(n.Args) > 0 {
					sorted[n.Args[0]] = true
				} else if slices.Contains([]string{"maps.All", "maps.Keys", "maps.Values"}, name) && !sorted[n] {
					complain(n, "uses %s unsorted", name)
				}
			case *ast.SelectorExpr:
				if name, ok := strings.CutPrefix(qualified(info, n), "time."); ok && slices.Contains(impureTime, name) {
					complain(n, "calls time.%s: time is an argument", name)
				}
			}
			return true
		})
	}
	return out
}

func impureImport(p string) bool {
	if p == "net/netip" {
		return false
	}
	return slices.ContainsFunc(impureImports, func(bad string) bool {
		return p == bad || strings.HasSuffix(bad, "/") && strings.HasPrefix(p, bad)
	})
}

func isMap(t types.Type) bool {
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// qualified returns "path.Name" of the function that e names, or "".
func qualified(info *types.Info, e ast.Expr) string {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if f, ok := info.Uses[sel.Sel].(*types.Func); ok && f.Pkg() != nil && f.Signature().Recv() == nil {
		return f.Pkg().Path() + "." + f.Name()
	}
	return ""
}

// orderComments returns the lines on which a comment "order:" ends.
func orderComments(fset *token.FileSet, f *ast.File) map[int]bool {
	lines := map[int]bool{}
	for _, group := range f.Comments {
		if strings.Contains(group.Text(), "order:") {
			lines[fset.Position(group.End()).Line] = true
		}
	}
	return lines
}

// exportImporter reads the types of what the pure packages import from the
// build cache.
func exportImporter(t *testing.T, fset *token.FileSet) types.Importer {
	t.Helper()
	args := []string{"list", "-e", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}"}
	for _, dir := range pure {
		args = append(args, "./"+dir)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	export := map[string]string{}
	for line := range strings.Lines(string(out)) {
		pkg, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		export[pkg] = file
	}
	return importer.ForCompiler(fset, "gc", func(pkg string) (io.ReadCloser, error) {
		return os.Open(export[pkg])
	})
}
