package anchor_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy/anchor"
	"tregua/policy/proof"
)

// outside is somebody who takes checkpoints when he is there.
type outside struct {
	mu    sync.Mutex // protects what follows
	away  error
	sizes []uint64
	tries []time.Time
}

func (o *outside) Take(_ context.Context, h proof.Head, last anchor.Receipt) (anchor.Receipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tries = append(o.tries, time.Now())
	if o.away != nil {
		return anchor.Receipt{}, o.away
	}
	if n := len(o.sizes); n > 0 && last.Size != o.sizes[n-1] {
		return anchor.Receipt{}, errors.New("he is told of another last one")
	}
	o.sizes = append(o.sizes, h.Size)
	return anchor.Receipt{Note: h.Text, Token: []byte("token"), At: time.Now(), Size: h.Size}, nil
}

// grown is a log of a size.
type grown struct {
	mu   sync.Mutex // protects size
	size uint64
}

func (g *grown) to(size uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.size = size
}

func (g *grown) head(context.Context) (proof.Head, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.size == 0 {
		return proof.Head{}, proof.ErrEmpty
	}
	return head(g.size), nil
}

// TestKeeper: a checkpoint goes out every hour in which the log has grown, also over
// restarts; what fails is tried again, and the others do not wait for it.
func TestKeeper(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		log, well, ill := &grown{}, &outside{}, &outside{away: errors.New("no route to host")}
		k := keeper(t, dir, log, well, ill)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- k.Run(ctx) }()
		time.Sleep(90 * time.Minute) // empty: nobody is asked
		synctest.Wait()
		if len(well.tries)+len(ill.tries) > 0 {
			t.Fatalf("asked at %v, %v", well.tries, ill.tries)
		}
		log.to(100)
		time.Sleep(time.Hour)
		log.to(250)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		states := k.States()
		if s := states[0]; s.Size != 250 || s.Failures != 0 || len(well.tries) != 2 || well.tries[1].Sub(well.tries[0]) != time.Hour {
			t.Errorf("%+v, asked at %v", s, well.tries)
		}
		// A minute after the first try, two after the second, then 4, 8, 16, 32 and 60.
		if s := states[1]; s.Size != 0 || s.Trouble != "no route to host" || s.Failures != uint64(len(ill.tries)) || len(ill.tries) != 8 {
			t.Errorf("%+v, asked %d times", s, len(ill.tries))
		}
		ill.mu.Lock()
		ill.away = nil
		ill.mu.Unlock()
		if err := k.Now(ctx); err != nil || k.States()[1].Size != 250 || k.States()[1].Trouble != "" {
			t.Errorf("%v: %+v", err, k.States()[1])
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}

		log.to(300)
		again := keeper(t, dir, log, well, ill)
		if got := again.Newest(); got.Size != 250 {
			t.Errorf("after a restart: %+v", got)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := again.Run(ctx); err != nil || again.States()[0].Size != 300 || again.States()[1].Size != 250 {
			t.Errorf("%v: one is due at once, one in an hour: %+v", err, again.States())
		}
		log.to(200)
		if err := again.Now(t.Context()); err == nil || !strings.Contains(err.Error(), "well: the log has 200 records, and had 300 at the last anchor") {
			t.Errorf("a log that has shrunk: %v", err)
		}
	})
	list := must(anchor.List(filepath.Join(dir, "well")))
	if len(list) != 3 || list[2].Size != 300 || string(must(os.ReadFile(list[0].Token()))) != "token" {
		t.Errorf("kept are %+v", list)
	}
}

func keeper(t *testing.T, dir string, log *grown, well, ill *outside) *anchor.Keeper {
	t.Helper()
	return must(anchor.New(anchor.Config{
		Dir: dir, Every: time.Hour, Head: log.head,
		Targets: []anchor.Named{{Name: "well", Kind: "folder", Target: well}, {Name: "ill", Kind: "webhook", Target: ill}},
	}))
}
