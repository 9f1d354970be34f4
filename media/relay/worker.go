package relay

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"tregua/media/line"
)

// worker moves the packets of its anchors from one goroutine.
type worker struct {
	index   int
	relay   *Relay
	epoll   int
	event   int          // an eventfd: there is something in queue
	queue   chan *anchor // each stands in it at most once, so it has room for all
	anchors atomic.Int64
	down    atomic.Bool
	stop    atomic.Bool
	totals  tally

	// Of the worker's goroutine alone.
	ends   []*end // by file descriptor
	held   int    // anchors in it
	events [128]unix.EpollEvent
	packet datagram
	now    time.Duration // read once for many packets
	own    [line.PacketSize]byte
	agenda agenda   // what is watched
	spare  []*guard // of ended watches
}

func newWorker(index, room int, r *Relay) (*worker, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("relay: worker %d: %w", index, os.NewSyscallError("epoll_create1", err))
	}
	event, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		closeFD(epoll)
		return nil, fmt.Errorf("relay: worker %d: %w", index, os.NewSyscallError("eventfd", err))
	}
	w := &worker{index: index, relay: r, epoll: epoll, event: event, queue: make(chan *anchor, room)}
	if err := w.watch(event); err != nil {
		closeFD(epoll)
		closeFD(event)
		return nil, fmt.Errorf("relay: worker %d: %w", index, err)
	}
	return w, nil
}

// run moves packets until finish. It returns nil then, or why it cannot go on.
func (w *worker) run() error {
	for {
		err := w.loop()
		if err == nil {
			break
		}
		w.totals.faults.Add(1)
		if _, ok := errors.AsType[panicked](err); !ok {
			w.down.Store(true)
			w.abandon()
			return fmt.Errorf("relay: worker %d: %w", w.index, err)
		}
		// One packet's or command's fault is not that of the other calls.
		w.relay.complain(fmt.Errorf("relay: worker %d: %w", w.index, err))
	}
	w.abandon()
	return nil
}

// panicked is a programmer's mistake, met while a packet was handled.
type panicked struct{ value any }

func (p panicked) Error() string { return fmt.Sprint("panic: ", p.value) }

func (w *worker) loop() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked{v}
		}
	}()
	for !w.stop.Load() {
		n, err := unix.EpollWait(w.epoll, w.events[:], w.wait())
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return os.NewSyscallError("epoll_wait", err)
		}
		w.now = w.relay.config.Now()
		woken := false
		for i := range n {
			if fd := int(w.events[i].Fd); fd != w.event {
				w.forward(w.ends[fd])
			} else {
				woken = true
			}
		}
		// Before the queue is looked at: a later wake is for later.
		if woken {
			w.hush()
		}
		// After the packets: a command may close a socket that has one.
		if len(w.queue) > 0 {
			w.commands()
		}
		// However many packets there are, the clock has its turn.
		w.ticks()
	}
	return nil
}

// sweepEvery is how long a closed anchor may keep its sockets. Nobody wakes the
// worker for it: that costs more than to close them.
const sweepEvery = 100 * time.Millisecond

// wait is how many milliseconds the worker sleeps at most, as epoll_wait takes
// it.
func (w *worker) wait() int {
	wait := w.agenda.wait(w.now)
	if most := int(sweepEvery / time.Millisecond); w.held > 0 && (wait < 0 || wait > most) {
		return most
	}
	return wait
}

// forward moves one packet. The next one of that socket has its turn after
// the other sockets: the kernel reports it again.
func (w *worker) forward(e *end) {
	packet, from, errno := w.packet.receive(e.fd)
	if errno != 0 {
		if errno != unix.EAGAIN && errno != unix.EINTR {
			w.totals.receiveErrors.Add(1)
		}
		return
	}
	to, size := w.route(e, from, packet)
	if size > 0 && w.packet.send(e.across.fd, packet[:size], to) != 0 {
		w.drop(e, &w.totals.sendErrors)
	}
}

// drop counts a packet of e that goes nowhere. It returns zero.
func (w *worker) drop(e *end, why *atomic.Uint64) int {
	why.Add(1)
	e.anchor.count[e.leg].dropped.Add(1)
	return 0
}

// commands takes what stands in the queue.
func (w *worker) commands() {
	w.now = w.relay.config.Now()
	for {
		select {
		case a := <-w.queue:
			w.apply(a)
		default:
			return
		}
	}
}

// apply does what was asked of a since it stood in the queue.
func (w *worker) apply(a *anchor) {
	want, closed := a.taken()
	if closed {
		w.release(a)
		return
	}
	if !a.attached {
		w.attach(a)
	}
	w.set(a, want)
}

// attach takes the sockets of a into the loop. What has come to them so far came
// before its leg's SDP: it is of nobody (or of a call that had the port before).
func (w *worker) attach(a *anchor) {
	a.attached = true
	w.held++
	for i, e := range a.ends() {
		w.empty(a, i, e)
	}
	for _, e := range a.ends() {
		for e.fd >= len(w.ends) {
			w.ends = append(w.ends, make([]*end, len(w.ends)+64)...)
		}
		w.ends[e.fd] = e
		if err := w.watch(e.fd); err != nil {
			w.totals.faults.Add(1)
			w.relay.complain(fmt.Errorf("relay: worker %d: port %d of leg %d: %w", w.index, a.port[e.leg], e.leg, err))
		}
	}
}

// earlyMost is how many packets are looked for that came early: more than a
// socket holds, and not all that a stranger can send.
const earlyMost = 128

// empty throws away what waits on the socket e, which is the i-th of a.
func (w *worker) empty(a *anchor, i int, e *end) {
	n := uint64(0)
	for ; n < earlyMost; n++ {
		if _, _, errno := w.packet.receive(e.fd); errno != 0 {
			break
		}
	}
	if n == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	drops := dropsOf(e.fd)
	n += drops - a.early[i]
	a.early[i] = drops
	w.totals.strange.Add(n)
	a.count[e.leg].dropped.Add(n)
}

// release takes the sockets of a out of the loop, to rest.
func (w *worker) release(a *anchor) {
	w.dismiss(a)
	if a.attached && !w.detach(a) {
		a.closeSockets()
	}
	a.retire()
	a.ended = time.Now()
	w.relay.released <- a // has room for every anchor
	w.anchors.Add(-1)
}

// detach undoes attach; false: the kernel may still report the sockets here.
func (w *worker) detach(a *anchor) bool {
	w.held--
	ok := true
	for _, e := range a.ends() {
		w.ends[e.fd] = nil
		ok = unix.EpollCtl(w.epoll, unix.EPOLL_CTL_DEL, e.fd, nil) == nil && ok
	}
	return ok
}

// abandon releases the sockets of all anchors at the worker's end.
func (w *worker) abandon() {
	w.commands()
	for _, e := range w.ends {
		if e != nil {
			e.anchor.closed.Store(true)
			w.release(e.anchor)
		}
	}
}

func (w *worker) watch(fd int) error {
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(w.epoll, unix.EPOLL_CTL_ADD, fd, &event))
}

// post puts a in the queue, which has room for it. The caller holds the relay's
// lock and has marked a as queued.
func (w *worker) post(a *anchor) { w.queue <- a }

// finish ends run.
func (w *worker) finish() {
	w.stop.Store(true)
	w.wake()
}

// wake ends the wait of the worker. It cannot fail: the one error, a full
// counter, leaves it awake. The caller holds the relay's lock, which keeps the
// eventfd open, or knows that it is.
func (w *worker) wake() {
	one := [8]byte{7: 1}
	_, _ = unix.Write(w.event, one[:])
}

// hush takes note of all wakes so far. It cannot fail, and would only wake once
// more if it did.
func (w *worker) hush() {
	var count [8]byte
	_, _ = unix.Read(w.event, count[:])
}
