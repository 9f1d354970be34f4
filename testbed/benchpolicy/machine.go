package main

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// load is a line of what else the machine does.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "load average: unknown"
	}
	return "load average: " + strings.TrimSpace(string(text))
}

// rssAnon is the memory of this process that is no file, in GiB: what it needs
// that the kernel cannot drop.
func rssAnon() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kilobytes, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64) // 0 is not believed either
			return kilobytes / (1 << 20)
		}
	}
	return 0
}

// watch notes the largest rssAnon until it is stopped, which returns it.
func watch() (stop func() float64) {
	var largest float64
	var watching sync.WaitGroup
	done := make(chan struct{})
	watching.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			largest = max(largest, rssAnon())
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	})
	return func() float64 {
		close(done)
		watching.Wait()
		return largest
	}
}
