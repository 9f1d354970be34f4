package main

import (
	"runtime"
	"sync"
)

// spare is how many threads may sleep in the kernel without a core's shard
// standing still. The store writes into mapped files: a page that was just
// synced faults at the next write, and that fault waits while the file system
// commits its journal. The runtime cannot see such a wait, as it sees one in a
// system call, and does not give the thread's place to another.
const spare = 2

// cores returns how many cores the process may use, and lets the runtime run
// spare threads more.
var cores = sync.OnceValue(func() int {
	n := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(n + spare)
	return n
})
