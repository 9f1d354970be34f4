// Command eval holds media/detect against the corpus: how many lawful calls it
// would have cut, how many silent ones kept, class by class, beside a plain
// energy threshold. It fails when a bar is missed.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"tregua/media/detect"
	"tregua/testbed/corpus"
)

func main() {
	root := flag.String("root", "out/corpus/root", "where testbed/corpus/fetch unpacked")
	n := flag.Int("n", 1000, "cases of each class")
	half := flag.String("half", "held-out", "tuning or held-out")
	class := flag.String("class", "", "only classes whose name contains this")
	verbose := flag.Bool("v", false, "list the cases that went wrong")
	cfg := detect.DefaultConfig()
	figure := func(name string, to *float32) {
		flag.Func(name, "instead of the default figure", func(s string) error {
			_, err := fmt.Sscan(s, to)
			return err
		})
	}
	figure("bias", &cfg.Bias)
	figure("most", &cfg.Most)
	figure("decide", &cfg.Decide)
	figure("peak", &cfg.TonePeak)
	figure("loss", &cfg.EchoLoss)
	figure("like", &cfg.EchoLike)
	figure("doubt", &cfg.EchoDoubt)
	flag.Parse()
	h := corpus.Tuning
	if *half == corpus.HeldOut.String() {
		h = corpus.HeldOut
	}
	lib, err := corpus.Load(*root)
	if err == nil {
		err = cfg.Validate()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
	res := run(lib, h, *n, &cfg, func(c *corpus.Class) bool { return strings.Contains(c.Name, *class) })
	res.print(os.Stdout, h, *verbose)
	if missed := res.missed(); len(missed) > 0 {
		fmt.Fprintln(os.Stderr, "eval:", strings.Join(missed, "; "))
		os.Exit(1)
	}
}
