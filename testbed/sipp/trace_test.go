package sipp

import (
	"slices"
	"strings"
	"testing"
)

func TestReadTrace(t *testing.T) {
	t.Parallel()
	const (
		comes  = `11 recvmsg(7<UDP:[1]>, {msg_iov=[{iov_base="INVITE sip:55@1 SIP/2.0"...}]}, 0) = 700`
		batch  = `11 recvmmsg(7<UDP:[1]>, [{msg_hdr={msg_iov=[{iov_base="INVITE sip:55@1 SIP/2.0"...}]}, msg_len=700}], 8, MSG_DONTWAIT, NULL) = 1`
		leaves = `12 sendmsg(8<UDP:[2]>, {msg_iov=[{iov_base="INVITE sip:55@2 SIP/2.0"...}]}, 0) = 700`
		state  = `13 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 9</d/state/1.mem>, 0) = 0x7f0000000000`
		month  = `13 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 9</d/ledger/2026-11/1.mem>, 0) = 0x7f0000000000`
		msync  = `13 msync(0x7f0000000000, 4096, MS_SYNC) = 0`
	)
	for _, c := range []struct {
		name  string
		trace []string
		want  []Left
		err   string
	}{
		{"synced", []string{state, comes, msync, leaves}, []Left{{"55", true}}, ""},
		{"synced, of a batch", []string{state, batch, msync, leaves}, []Left{{"55", true}}, ""},
		{"before it came", []string{state, msync, comes, leaves}, []Left{{"55", false}}, ""},
		{"after it left", []string{state, comes, leaves, msync}, []Left{{"55", false}}, ""},
		{"the repeat is synced", []string{state, comes, leaves, msync, leaves}, []Left{{"55", false}}, ""},
		{"failed", []string{comes, `13 fsync(9</d/state/1.vlog>) = -1 EIO`, leaves}, []Left{{"55", false}}, ""},
		{"another file", []string{comes, `13 fsync(9</d/subjects.keys>) = 0`, leaves}, []Left{{"55", false}}, ""},
		{"another file, interrupted", []string{
			comes, `13 fsync(9</d/subjects.keys> <unfinished ...>`, `13 <... fsync resumed>) = 0`, leaves,
		}, []Left{{"55", false}}, ""},
		{"interrupted", []string{
			comes, `13 fsync(9</d/state/1.vlog> <unfinished ...>`, `13 <... fsync resumed>) = 0`, leaves,
		}, []Left{{"55", true}}, ""},
		{"began before it came", []string{
			`13 fsync(9</d/state/1.vlog> <unfinished ...>`, comes, `13 <... fsync resumed>) = 0`, leaves,
		}, []Left{{"55", false}}, ""},
		{"ended after it left", []string{
			comes, `13 fsync(9</d/state/1.vlog> <unfinished ...>`, leaves, `13 <... fsync resumed>) = 0`,
		}, []Left{{"55", false}}, ""},
		{"left while the sync ended", []string{
			state, comes, `12 sendmsg(8, {msg_iov=[{iov_base="INVITE sip:55@2"}]} <unfinished ...>`, msync, `12 <... sendmsg resumed>, 0) = 700`,
		}, []Left{{"55", false}}, ""},
		{"came while the sync ended", []string{
			state, `11 recvmsg(7,  <unfinished ...>`, msync, `11 <... recvmsg resumed>{msg_iov=[{iov_base="INVITE sip:55@1"}]}, 0) = 700`, leaves,
		}, []Left{{"55", false}}, ""},
		{"a response", []string{comes, strings.ReplaceAll(leaves, "INVITE sip:55@2 SIP/2.0", "SIP/2.0 100 Trying")}, nil, ""},
		{"a month's", []string{month, comes, msync, leaves}, []Left{{"55", false}}, ""},
		{"what was mapped there before", []string{state, month, comes, msync, leaves}, []Left{{"55", false}}, ""},
		{"mapped meanwhile", []string{
			comes, strings.Replace(state, ", 0) =", ", 0 <unfinished ...>\n13 <... mmap resumed>) =", 1), msync, leaves,
		}, []Left{{"55", true}}, ""},
		{"nothing was mapped", []string{comes, msync, leaves}, nil, "trace line 2: nothing was mapped at 0x7f0000000000"},
		{"from nowhere", []string{state, msync, leaves}, nil, "trace line 3: the INVITE to 55 left and had not come"},
	} {
		got, err := ReadTrace(strings.Join(c.trace, "\n"))
		if !slices.Equal(got, c.want) || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%s: %v, %v; want %v, %q", c.name, got, err, c.want, c.err)
		}
	}
}
