package main

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/cmd/tregua/console"
	"tregua/media/relay"
	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/proxy/transport"
)

// registry returns the metrics of the daemon.
func (n *node) registry() *prometheus.Registry {
	r := console.NewRegistry(thisBuild().Version)
	r.MustRegister(figures{n}, registryFigures{n.book.Accounts, time.Now}, n.endings, n.taken, n.leaks, folderFigures{n.folders}, handoffFigures{n.sinks}, anchorFigures{n}, n.keeper, n.watcher)
	return r
}

// reading is what all figures of one scrape are taken from.
type reading struct {
	node   *node
	wire   transport.Stats // of all listeners
	media  relay.Totals
	ledger ledger.Counters
}

// figure is one metric without labels.
type figure struct {
	name, help string
	value      func(*reading) uint64
}

// gauges go up and down; counts only up. The ledger's counts are those of the
// store and outlive the process.
var (
	gauges = []figure{
		{"tregua_calls_open", "Calls under way.", func(r *reading) uint64 { return uint64(r.node.server.Calls()) }},
		{"tregua_generation", "The generation of business data in force.", func(r *reading) uint64 { return r.node.book.Current().Generation() }},
		{"tregua_shard_waiting", "Inputs that wait at the shard where most do.", func(r *reading) uint64 { return uint64(r.node.server.Waiting()) }},
		{"tregua_desk_waiting", "Inputs that wait at the desk where most do.", func(r *reading) uint64 { return uint64(r.node.desks.Waiting()) }},
		{"tregua_ledger_waiting", "Entries that wait to be written, for the first time or again.", func(r *reading) uint64 { return uint64(r.node.writer.Waiting()) }},
		{"tregua_media_ports_free", "Media ports that no call has; some may still rest.", func(r *reading) uint64 { return uint64(r.media.FreePorts) }},
		{"tregua_media_anchors_leased", "Calls that have media ports.", func(r *reading) uint64 { return uint64(r.media.Leased) }},
		{"tregua_watch_calls", "Answered calls that wait for an operator to be heard.", func(r *reading) uint64 { return uint64(max(0, r.media.Watching)) }},
		{"tregua_gate_waiting", "INVITEs that wait for a place at the ratio gate.", func(r *reading) uint64 { return uint64(r.node.desks.Held()) }},
		{"tregua_reached_numbers", "Numbers that calls reached in the last 31 days.", func(r *reading) uint64 { return uint64(r.node.desks.Reached()) }},
		{"tregua_bars", "Numbers on which a silent call has left a bar or the guarantee of an operator.", func(r *reading) uint64 { return uint64(r.node.desks.Barred()) }},
		{"tregua_complaints_open", "Complaints that are not answered.", func(r *reading) uint64 { open, _ := r.node.complaintsDue(); return open }},
		{"tregua_complaints_due", "Complaints whose answer is due within three days, or late.", func(r *reading) uint64 { _, due := r.node.complaintsDue(); return due }},
		{"tregua_trunks_shadow", "Trunks on which calls are judged and nothing is enforced.", func(r *reading) uint64 { return r.node.trunksIn(policy.Shadow) }},
		{"tregua_trunks_bypassed", "Trunks whose rules somebody has bypassed for now: look why.", func(r *reading) uint64 { return r.node.trunksIn(policy.Bypass) }},
		{"tregua_media_workers_down", "Media workers that have failed.", func(r *reading) uint64 { return uint64(r.media.Down) }},
	}
	counts = []figure{
		{"tregua_attempts_total", "Attempts that have ended, re-dials answered from memory apart.", func(r *reading) uint64 { return r.ledger.Attempts }},
		{"tregua_attempts_forwarded_total", "Attempts whose INVITE left towards a carrier.", func(r *reading) uint64 { return r.ledger.Forwarded }},
		{"tregua_attempts_answered_total", "Attempts that a carrier answered with 200.", func(r *reading) uint64 { return r.ledger.Answered }},
		{"tregua_attempts_silent_total", "Answered attempts of class A: no operator in time, those in shadow included.", func(r *reading) uint64 { return r.ledger.Silent }},
		{"tregua_attempts_connected_total", "Answered attempts of class B: connected to an operator.", func(r *reading) uint64 { return r.ledger.Connected }},
		{"tregua_attempts_interrupted_total", "Attempts that were open when tregua stopped.", func(r *reading) uint64 { return r.ledger.Interrupted }},
		{"tregua_attempts_repeated_total", "Re-dials that were answered from memory.", func(r *reading) uint64 { return r.ledger.Repeats }},
		{"tregua_records_lost_total", "Records that the ledger had no room for.", func(r *reading) uint64 { return r.node.desks.Lost.Load() }},
		{"tregua_records_rejected_total", "Entries that contradicted the ledger and were not written.", func(r *reading) uint64 { return r.node.writer.Rejected.Load() }},
		{"tregua_sip_received_total", "SIP datagrams received.", func(r *reading) uint64 { return r.wire.Received }},
		{"tregua_sip_sent_total", "SIP datagrams sent.", func(r *reading) uint64 { return r.wire.Sent }},
		{"tregua_sip_dropped_total", "SIP datagrams that the kernel dropped for want of room.", func(r *reading) uint64 { return r.wire.Dropped }},
		{"tregua_sip_errors_total", "Reads and writes of SIP sockets that failed.", func(r *reading) uint64 { return r.wire.ReadErrors + r.wire.SendErrors }},
		{"tregua_sip_malformed_total", "SIP messages that could not be read.", func(r *reading) uint64 { return r.node.server.Counts.Malformed.Load() }},
		{"tregua_sip_unknown_total", "SIP datagrams from sources that no trunk has.", func(r *reading) uint64 { return r.node.server.Counts.Unknown.Load() }},
		{"tregua_sip_oversize_total", "SIP datagrams that were too large.", func(r *reading) uint64 { return r.node.server.Counts.Oversize.Load() }},
		{"tregua_sip_limited_total", "INVITEs over the rate of their trunk.", func(r *reading) uint64 { return r.node.server.Counts.Limited.Load() }},
		{"tregua_sip_refused_total", "New calls turned away without a record: too many calls, or stopping.", func(r *reading) uint64 { return r.node.server.Counts.Refused.Load() }},
		{"tregua_sip_unended_total", "BYEs of tregua's own that did not end a call: challenged, or not answered.", func(r *reading) uint64 { return r.node.server.Counts.Unended.Load() }},
		{"tregua_sip_mishaps_total", "Calls given up because of a mistake in the program.", func(r *reading) uint64 { return r.node.server.Counts.Mishaps.Load() }},
		{"tregua_sip_full_total", "INVITEs left out because a shard had too much to do.", func(r *reading) uint64 { return r.node.server.Counts.Full.Load() }},
		{"tregua_media_packets_total", "RTP packets that came from the peers of calls.", func(r *reading) uint64 { return r.media.Packets }},
		{"tregua_media_strange_total", "Media packets from another source than the peer of the call.", func(r *reading) uint64 { return r.media.Strange }},
		{"tregua_media_watched_total", "Calls whose media was listened to for an operator.", func(r *reading) uint64 { return r.media.Watched }},
		{"tregua_media_covered_total", "Of these, calls that ambience was played to.", func(r *reading) uint64 { return r.media.Covered }},
		{"tregua_media_deaf_total", "Of these, calls in a codec that cannot be heard.", func(r *reading) uint64 { return r.media.Deaf }},
		{"tregua_media_ambience_packets_total", "RTP packets of ambience that were sent: our own, and those of a dialer with ambience in or under them.", func(r *reading) uint64 { return r.media.Own + r.media.Replaced + r.media.Mixed }},
		{"tregua_media_errors_total", "Reads and writes of media sockets that failed.", func(r *reading) uint64 { return r.media.ReceiveErrors + r.media.SendErrors }},
		{"tregua_media_exhausted_total", "Calls for which no media port was free.", func(r *reading) uint64 { return r.media.Exhausted }},
	}
	refused = prometheus.NewDesc("tregua_attempts_refused_total", "Attempts that were refused, by reason.", []string{"class", "reason"}, nil)
	broken  = prometheus.NewDesc("tregua_ledger_unreadable", "1 when the counters of the ledger could not be read.", nil, nil)
)

// figures collects all of them from one reading.
type figures struct{ node *node }

// Describe names the metrics.
func (f figures) Describe(to chan<- *prometheus.Desc) {
	for _, g := range slices.Concat(gauges, counts) {
		to <- prometheus.NewDesc(g.name, g.help, nil, nil)
	}
	to <- refused
	to <- broken
}

// Collect takes one reading.
func (f figures) Collect(to chan<- prometheus.Metric) {
	r := &reading{node: f.node, media: f.node.relay.Stats()}
	for _, l := range f.node.listeners {
		s := l.Stats()
		r.wire.Received += s.Received
		r.wire.Sent += s.Sent
		r.wire.Dropped += s.Dropped
		r.wire.ReadErrors += s.ReadErrors
		r.wire.SendErrors += s.SendErrors
	}
	var err error
	r.ledger, err = total(f.node.reader, everyGroup)
	trouble := 0.0
	if err != nil {
		trouble = 1
	}
	to <- prometheus.MustNewConstMetric(broken, prometheus.GaugeValue, trouble)
	send := func(list []figure, kind prometheus.ValueType) {
		for _, g := range list {
			to <- prometheus.MustNewConstMetric(prometheus.NewDesc(g.name, g.help, nil, nil), kind, float64(g.value(r)))
		}
	}
	send(gauges, prometheus.GaugeValue)
	send(counts, prometheus.CounterValue)
	for _, slug := range slices.Sorted(maps.Keys(r.ledger.Refused)) {
		class := policy.ClassNone
		if reason, err := policy.ParseReason(slug); err == nil {
			class = reason.Class()
		}
		to <- prometheus.MustNewConstMetric(refused, prometheus.CounterValue, float64(r.ledger.Refused[slug]), class.String(), slug)
	}
}
