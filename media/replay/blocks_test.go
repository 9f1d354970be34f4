package replay_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"tregua/media/replay/replaytest"
)

// TestReadHugeBlocks: a pcapng file is read up to a block that says it is huge,
// and what it says is told.
func TestReadHugeBlocks(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	for i := range 3 {
		c.UDP(0, pbx, callee, fmt.Appendf(nil, "hello %d", i))
	}
	var b bytes.Buffer
	if err := c.Write(&b, true); err != nil {
		t.Fatal(err)
	}
	var at []int // where blocks begin: the section, the interface, three records
	for i := 0; i < b.Len(); i += int(binary.LittleEndian.Uint32(b.Bytes()[i+4:])) {
		at = append(at, i)
	}
	for name, c := range map[string]struct {
		at    int
		value uint32
		want  string
	}{
		"whole":              {at[3], 6, "<nil>"},
		"a block":            {at[3] + 4, 1 << 25, "after frame 1: a block of 33554432 bytes with a record of 49; at most 16777216 and 262144 are read"},
		"a record":           {at[3] + 20, 1 << 24, "after frame 1: a block of 84 bytes with a record of 16777216; at most 16777216 and 262144 are read"},
		"a block of nothing": {at[3] + 4, 8, "after frame 1: a block of 8 bytes with a record of 49; at most 16777216 and 262144 are read"},
	} {
		file := append(bytes.Clone(b.Bytes()), make([]byte, 1<<25)...)
		if name == "whole" {
			file = bytes.Clone(b.Bytes())
		}
		binary.LittleEndian.PutUint32(file[c.at:], c.value)
		tally, _ := read(t, file)
		if got := fmt.Sprint(tally.Broken); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
}
