// Command benchpolicy measures the policy with the data of a country: 50
// million opposed numbers, 10 million consents, 5 million blacklist entries,
// 1,000 contact lists of 20 million rows and 1,000 campaigns are made in a fixed
// order, imported through the book, and judged by the desks after a restart. Importing and serving are two processes,
// so that the memory of each is its own. With -scale all sizes shrink, with
// -slack the bars are so many times as high: a slice for CI.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"time"
)

// options are the flags.
type options struct {
	dir   string
	scale float64
	slack float64
	stage string
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "out/bench-policy", "where the files and the data directory are made; what is there is removed")
	flag.Float64Var(&o.scale, "scale", 1, "share of the full size")
	flag.Float64Var(&o.slack, "slack", 1, "how many times over the bars it may be")
	flag.StringVar(&o.stage, "stage", "", "one stage of its own: import or serve (it starts them itself)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := o.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchpolicy:", err)
		os.Exit(1)
	}
}

func (o options) run(ctx context.Context) error {
	switch o.stage {
	case "import":
		return o.importAll(ctx)
	case "serve":
		return o.serve(ctx)
	case "":
	default:
		return fmt.Errorf("there is no stage %q", o.stage)
	}
	if err := os.RemoveAll(o.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return err
	}
	report(load())
	if err := o.generate(); err != nil {
		return fmt.Errorf("making the files: %w", err)
	}
	return errors.Join(o.child(ctx, "import"), o.child(ctx, "serve"))
}

// child runs a stage as a process of its own.
func (o options) child(ctx context.Context, stage string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-stage", stage, "-dir", o.dir,
		"-scale", strconv.FormatFloat(o.scale, 'g', -1, 64), "-slack", strconv.FormatFloat(o.slack, 'g', -1, 64))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), started+"="+strconv.FormatInt(time.Now().UnixNano(), 10))
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("stage %s: %w", stage, err)
	}
	return nil
}

// started is the environment variable that says when a stage was started.
const started = "BENCHPOLICY_STARTED"

// sinceStart is how long this process runs.
func sinceStart() time.Duration {
	at, err := strconv.ParseInt(os.Getenv(started), 10, 64)
	if err != nil {
		return 0
	}
	return time.Since(time.Unix(0, at))
}

// of scales a size.
func (o options) of(full uint64) uint64 { return max(1, uint64(float64(full)*o.scale)) }

func (o options) file(name string) string { return filepath.Join(o.dir, name) }

// bars collects what is over its bar.
type bars struct {
	slack float64
	errs  []error
}

// duration prints a time and holds it against its bar; a bar of 0 is none.
func (b *bars) duration(name string, got, bar time.Duration) {
	if bar == 0 {
		report("%-44s %v", name, round(got))
		return
	}
	report("%-44s %-12v bar %v", name, round(got), bar)
	if float64(got) > b.slack*float64(bar) {
		b.errs = append(b.errs, fmt.Errorf("%s: %v, the bar is %v", name, got, bar))
	}
}

// count prints a number and holds it against its bar.
func (b *bars) count(name string, got, bar float64, unit string) {
	report("%-44s %-12s bar %g %s", name, strconv.FormatFloat(got, 'f', 2, 64), bar, unit)
	if got > b.slack*bar {
		b.errs = append(b.errs, fmt.Errorf("%s: %.2f %s, the bar is %g", name, got, unit, bar))
	}
}

// must holds a condition that no slack softens.
func (b *bars) must(ok bool, format string, args ...any) {
	if !ok {
		b.errs = append(b.errs, fmt.Errorf(format, args...))
	}
}

func report(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func round(d time.Duration) time.Duration {
	switch {
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	case d > time.Millisecond:
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(10 * time.Nanosecond)
}
