package main

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"tregua/configs"
)

// limitMemory sets the soft limit of the Go heap (GOMEMLIMIT) from the config,
// unless the environment has set one. It returns the limit in bytes.
func limitMemory(l configs.Limits) int64 {
	if os.Getenv("GOMEMLIMIT") != "" {
		return debug.SetMemoryLimit(-1)
	}
	limit := l.MemoryBytes
	if limit == 0 {
		limit = available() / 100 * uint64(l.MemoryPercent)
	}
	if limit == 0 || limit > math.MaxInt64 {
		return debug.SetMemoryLimit(-1)
	}
	debug.SetMemoryLimit(int64(limit))
	return int64(limit)
}

// available is the memory of the machine, or of the control group if that has
// less (cgroup v2: memory.max of the group and of every group above it).
func available() uint64 {
	var total uint64
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		total = info.Totalram * uint64(info.Unit)
	}
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return total
	}
	for line := range strings.Lines(string(text)) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::")
		for ok && group != "." {
			if limit, err := readLimit(filepath.Join("/sys/fs/cgroup", group, "memory.max")); err == nil && (total == 0 || limit < total) {
				total = limit
			}
			if group == "/" {
				break
			}
			group = filepath.Dir(group)
		}
	}
	return total
}

func readLimit(path string) (uint64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64) // "max" is an error: no limit
}
