package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/media/detect"
	"tregua/media/replay"
)

// picturesMost is how many calls of a capture are drawn; the table has all.
const picturesMost = 100

// replayRun is one run of media replay.
type replayRun struct {
	capture string
	output  string        // of the picture; "": beside the capture
	pbx     string        // the PBX's address in calls without SIP
	answer  time.Duration // after their first packet
	cut     time.Duration

	stdout, stderr io.Writer
}

func mediaReplay() *cobra.Command {
	var r replayRun
	cmd := &cobra.Command{
		Use:   "replay FILE.pcap",
		Short: "run the detector over captured calls, and draw what it heard",
		Long: "Runs the detector of silent calls over a capture (pcap or pcapng: tcpdump -s 0 -w FILE.pcap udp)\n" +
			"of own calls, as tregua would have heard them, and shows for each answered call when an operator\n" +
			"was found and whether the call would have been cut. Of each call " + replay.Listen.String() + " are played, from the answer.\n\n" +
			"With SIP in the capture, the caller is the PBX and the first 200 the answer. Of RTP alone,\n" +
			"--pbx says which side is the PBX's.\n\n" +
			"The picture shows levels, states and the score. No audio is ever written to disk.\n\n" +
			"Exit codes: 0 all was heard; 1 a call could not be heard, or the capture is not whole or misleads;\n" +
			"2 there is no call to hear in the file.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.capture, r.stdout, r.stderr = args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()
			return r.run()
		},
	}
	cmd.Flags().StringVarP(&r.output, "output", "o", "", "the picture to write; of several calls PATH-1.png, PATH-2.png ... (default FILE.png)")
	cmd.Flags().StringVar(&r.pbx, "pbx", "", "address (or address:port) of the PBX's side, where the capture has RTP alone")
	cmd.Flags().DurationVar(&r.answer, "answer", 0, "when such a call was answered, after its first packet")
	cmd.Flags().DurationVar(&r.cut, "cut-after", 2900*time.Millisecond, "when a call without an operator is cut")
	return cmd
}

func (r *replayRun) run() error {
	if r.cut <= 0 || r.cut > replay.Listen || r.answer < 0 {
		return usagef("--cut-after must be between 0 and %v, and --answer not before the first packet", replay.Listen)
	}
	talks := newDialogs()
	var census replay.Census
	tally, err := r.read(func(d *replay.Datagram) {
		talks.take(d)
		census.Take(d)
	})
	if err != nil {
		return err
	}
	calls := talks.calls()
	alone, err := r.alone(&census, calls)
	if err != nil {
		return err
	}
	if r.answer > 0 && len(alone) == 0 {
		return usagef("--answer is for RTP alone; here the answers are in the SIP")
	}
	calls = append(calls, alone...)
	findings := r.notes(&tally, talks, &census)
	if len(calls) == 0 {
		return usagef("%s: %s", r.capture, replayNothing(&tally, talks))
	}
	return r.show(calls, &tally, findings)
}

// show plays the calls, draws them and prints the table.
func (r *replayRun) show(calls []replay.Call, tally *replay.Tally, findings bool) error {
	results, err := r.play(calls)
	if err != nil {
		return err
	}
	pictures, err := r.draw(results, tally)
	if err != nil {
		return err
	}
	if r.print(results, pictures, tally) || findings {
		return &coded{code: exitFindings}
	}
	return nil
}

// read goes once through the capture.
func (r *replayRun) read(each func(*replay.Datagram)) (replay.Tally, error) {
	f, err := os.Open(r.capture)
	if err != nil {
		return replay.Tally{}, &coded{exitUsage, err}
	}
	defer f.Close()
	tally, err := replay.Read(f, each)
	if err != nil {
		return tally, usagef("%s: %w", r.capture, err)
	}
	return tally, nil
}

func (r *replayRun) play(calls []replay.Call) ([]replay.Result, error) {
	stage, err := replay.NewStage(calls, detect.DefaultConfig())
	if err != nil {
		return nil, err
	}
	tally, err := r.read(stage.Take)
	if err != nil {
		return nil, err
	}
	return stage.Results(tally.Length), nil
}

// alone returns the calls of which there is RTP without SIP. They must be told
// by --pbx; told are those with SIP, whose RTP is no other call.
func (r *replayRun) alone(census *replay.Census, told []replay.Call) ([]replay.Call, error) {
	talks := without(census.Conversations(), told)
	if r.pbx == "" {
		if len(told) == 0 && len(talks) > 0 {
			return nil, usagef("%s has RTP and no answered call in SIP: say with --pbx ADDRESS which side is the PBX's\n%s",
				r.capture, strings.Join(conversations(talks), "\n"))
		}
		return nil, nil
	}
	is, err := pbxIs(r.pbx)
	if err != nil {
		return nil, err
	}
	var calls []replay.Call
	for _, talk := range talks {
		switch first, second := is(talk.Ends[0]), is(talk.Ends[1]); {
		case first && second:
			return nil, usagef("both %v and %v are the PBX's by --pbx %s: name one with its port", talk.Ends[0], talk.Ends[1], r.pbx)
		case first:
			calls = append(calls, talk.Call(0, r.answer))
		case second:
			calls = append(calls, talk.Call(1, r.answer))
		}
	}
	if len(calls) == 0 && len(talks) > 0 {
		return nil, usagef("%s: no RTP from or to --pbx %s; there is\n%s", r.capture, r.pbx, strings.Join(conversations(talks), "\n"))
	}
	return calls, nil
}

// without leaves out the conversations that have an end in the media of one of
// the calls.
func without(talks []*replay.Conversation, calls []replay.Call) []*replay.Conversation {
	known := map[netip.AddrPort]bool{}
	for i := range calls {
		for _, list := range calls[i].Media {
			for _, addr := range list {
				known[addr] = true
			}
		}
	}
	return slices.DeleteFunc(talks, func(talk *replay.Conversation) bool { return known[talk.Ends[0]] || known[talk.Ends[1]] })
}

// pbxIs reads an address, with a port or without.
func pbxIs(text string) (func(netip.AddrPort) bool, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return func(a netip.AddrPort) bool { return a.Addr() == addr.Unmap() }, nil
	}
	addr, err := netip.ParseAddrPort(text)
	if err != nil {
		return nil, usagef("--pbx %q is no address, nor address:port", text)
	}
	return func(a netip.AddrPort) bool { return a == netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()) }, nil
}

// conversations names RTP for people, a line each, up to ten.
func conversations(talks []*replay.Conversation) (lines []string) {
	for i, t := range talks {
		if i == 10 {
			return append(lines, fmt.Sprintf("  and %d more", len(talks)-i))
		}
		lines = append(lines, fmt.Sprintf("  %v with %v: %d and %d packets, %s to %s", t.Ends[0], t.Ends[1],
			t.Packets[0], t.Packets[1], seconds(t.First), seconds(t.Last)))
	}
	return lines
}

// draw writes the pictures and returns their paths, in the order of results.
func (r *replayRun) draw(results []replay.Result, tally *replay.Tally) ([]string, error) {
	base := r.output
	if base == "" {
		base = strings.TrimSuffix(r.capture, filepath.Ext(r.capture)) + ".png"
	}
	var paths []string
	for i := range results[:min(len(results), picturesMost)] {
		path := base
		if len(results) > 1 {
			path = strings.TrimSuffix(base, ".png") + "-" + strconv.Itoa(i+1) + ".png"
		}
		if err := r.picture(path, i+1, &results[i], tally); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func (r *replayRun) picture(path string, n int, result *replay.Result, tally *replay.Tally) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("%s, call %d, answered %s: %s", filepath.Base(r.capture), n, when(tally.Start.Add(result.Call.Answered)), r.verdict(result))
	return errors.Join(result.Draw(f, title, r.cut), f.Close())
}
