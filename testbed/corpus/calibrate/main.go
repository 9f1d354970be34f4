// Command calibrate looks for the figures of detect.Config that cut and keep
// least on the tuning half, for the network that is compiled in. It prints
// them; somebody writes them into detect.DefaultConfig. With -fold, what `tune
// -fold` left out is played instead, so that a network is not judged by the
// voices that it learnt from; `go build -overlay` compiles such a network in.
// With -o each such network writes down what it made of its cases; given these
// files, calibrate looks for the figures that suit all of them.
package main

import (
	"flag"
	"fmt"
	"os"

	"tregua/media/detect"
	"tregua/testbed/corpus"
)

func main() {
	root := flag.String("root", "out/corpus/root", "where testbed/corpus/fetch unpacked")
	n := flag.Int("n", 250, "cases of each class")
	rounds := flag.Int("rounds", 300, "sets of figures that are tried")
	fold := flag.Int("fold", -1, "play this third of the voices and of the music alone; -1: all")
	to := flag.String("o", "", "write what the detector made of the cases here, and look for nothing")
	flag.Parse()
	if err := run(*root, *n, *rounds, *fold, *to, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "calibrate:", err)
		os.Exit(1)
	}
}

func run(root string, n, rounds, fold int, to string, from []string) error {
	all, err := read(from)
	if err != nil {
		return err
	}
	if len(from) == 0 {
		lib, err := corpus.Load(root)
		if err != nil {
			return err
		}
		if fold >= 0 {
			_, lib = lib.Fold(fold)
		}
		all = traces(lib, n)
	}
	if to != "" {
		return save(to, all)
	}
	calibrate(all, rounds)
	return nil
}

func calibrate(all []trace, rounds int) {
	c := detect.DefaultConfig()
	o := judge(all, &c)
	fmt.Println("as it is:", &o)
	wrong(all, &c)
	if rounds > 0 {
		c, o = search(all, rounds, c)
		fmt.Println("found:", &o)
		wrong(all, &c)
	}
	for _, f := range figures {
		fmt.Printf("%s: %.2f\n", f.name, *f.of(&c))
	}
}

// wrong lists what goes wrong, class by class.
func wrong(all []trace, c *detect.Config) {
	last := -1
	for i := range all {
		t := &all[i]
		at := t.decided(c)
		if (at >= 0) == (t.Onset >= 0) {
			continue
		}
		if t.Class != last {
			last = t.Class
			fmt.Printf("\n\t%s:", corpus.Classes[last].Name)
		}
		if at < 0 {
			fmt.Printf(" %d (%s)", t.Number, t.Speaker)
		} else {
			fmt.Printf(" %d (%d ms)", t.Number, at.Milliseconds())
		}
	}
	fmt.Println()
}
