// Command eval holds media/detect against the corpus: how many lawful calls it
// would have cut, how many silent ones kept, class by class, beside a plain
// energy threshold. It fails when a bar is missed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"tregua/media/detect"
	"tregua/testbed/corpus"
)

func main() {
	var o options
	flag.StringVar(&o.root, "root", "out/corpus/root", "where testbed/corpus/fetch unpacked")
	flag.IntVar(&o.n, "n", 1000, "cases of each class")
	flag.StringVar(&o.half, "half", corpus.HeldOut.String(), "tuning or held-out; figures are chosen on tuning alone")
	flag.IntVar(&o.slack, "slack", 1, "how many times the bars may be missed, for a small run")
	flag.StringVar(&o.class, "class", "", "only classes whose name contains this")
	flag.StringVar(&o.to, "o", "", "a file that gets the table too")
	flag.BoolVar(&o.verbose, "v", false, "list the cases that went wrong")
	o.cfg = detect.DefaultConfig()
	for name, figure := range map[string]*float32{
		"min-level": &o.cfg.MinLevel, "bias": &o.cfg.Bias, "most": &o.cfg.Most, "decide": &o.cfg.Decide, "tone-peak": &o.cfg.TonePeak,
		"decide-late": &o.cfg.DecideLate, "echo-loss": &o.cfg.EchoLoss, "echo-like": &o.cfg.EchoLike, "echo-doubt": &o.cfg.EchoDoubt,
	} {
		flag.Func(name, "instead of the default of detect.Config", func(s string) error {
			x, err := strconv.ParseFloat(s, 32)
			*figure = float32(x)
			return err
		})
	}
	flag.Parse()
	if err := o.run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	root, half, class, to string
	n, slack              int
	verbose               bool
	cfg                   detect.Config
}

func (o *options) run(w io.Writer) error {
	half := corpus.Tuning
	switch o.half {
	case corpus.Tuning.String():
	case corpus.HeldOut.String():
		half = corpus.HeldOut
	default:
		return fmt.Errorf("half %q, want tuning or held-out", o.half)
	}
	if err := o.cfg.Validate(); err != nil {
		return err
	}
	lib, err := corpus.Load(o.root)
	if err != nil {
		return err
	}
	res := run(lib, half, o.n, &o.cfg, func(c *corpus.Class) bool { return strings.Contains(c.Name, o.class) })
	res.slack = o.slack
	if o.to != "" {
		f, err := os.Create(o.to)
		if err != nil {
			return err
		}
		defer f.Close()
		w = io.MultiWriter(w, f)
	}
	res.print(w, half, o.verbose)
	if missed := res.missed(); len(missed) > 0 {
		return errors.New(strings.Join(missed, "; "))
	}
	return nil
}
