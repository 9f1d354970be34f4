//go:build testbed

package sipp

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tregua/testbed/rtp"
)

// TestThreeShark lets a judge that is not ours look at 20 live calls: tshark's
// RTP analysis finds no packet lost and no problem in what the callees heard.
func TestThreeShark(t *testing.T) {
	const count = 20
	list := operators(count)
	calm(t, func() (result rtp.Result, problems []string, err error) {
		file := filepath.Join(t.TempDir(), "calls.pcap")
		f, err := os.Create(file)
		if err != nil {
			return result, nil, err
		}
		defer f.Close()
		w := bufio.NewWriter(f)
		result, err = placeOperators(t, list, rtp.NewPcap(w))
		if err != nil {
			return result, nil, err
		}
		if err := w.Flush(); err != nil {
			return result, nil, err
		}
		out, err := exec.CommandContext(t.Context(), "tshark", "-n", "-r", file, "-q", "-z", "rtp,streams").Output()
		if err != nil {
			return result, nil, err
		}
		heard := map[string]bool{}
		for _, c := range result.Calls {
			heard[strings.ReplaceAll(c.Own[rtp.B].String(), ":", " ")] = true
		}
		streams := 0
		for line := range strings.Lines(string(out)) {
			fields := strings.Fields(line)
			if len(fields) < 10 || !heard[fields[4]+" "+fields[5]] {
				continue
			}
			streams++
			t.Log(strings.TrimSpace(line))
			if problem := sharkProblem(line); problem != "" {
				problems = append(problems, problem+": "+strings.TrimSpace(line))
			}
		}
		if streams != count {
			problems = append(problems, "tshark sees other streams than one to each callee: "+string(out))
		}
		return result, problems, nil
	})
}

// sharkProblem says what a line of tshark's table has against a stream: its
// last column is empty and its lost packets are 0 when nothing is.
func sharkProblem(line string) string {
	switch {
	case !strings.Contains(line, " 0 (0.0%)"):
		return "lost packets"
	case strings.HasSuffix(strings.TrimRight(line, " \n"), "X"):
		return "a problem"
	}
	return ""
}

// TestSharkProblem holds lines that tshark wrote: of a whole stream, of one with
// a packet less, of one with a packet twice.
func TestSharkProblem(t *testing.T) {
	t.Parallel()
	const head = "0.000000 1.980000 127.0.0.1 26000 127.0.8.2 10000 0x00000007 g711A 100 "
	for line, want := range map[string]string{
		head + "    0 (0.0%)  20.000  20.000  20.000  0.000  0.000  0.000 \n":  "",
		head + "    1 (1.0%)  20.000  20.204  40.000  0.000  0.000  0.000 X\n": "lost packets",
		head + "    0 (0.0%)  20.000  20.000  20.000  0.000  0.000  0.000 X\n": "a problem",
	} {
		if got := sharkProblem(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
