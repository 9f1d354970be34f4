package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy/access"
	"tregua/policy/inbox"
)

// folder is a watched folder of dispositions.
type folder struct {
	*inbox.Folder
	callCentre string
}

// openFolders opens the folders of dispositions. What lies in one is entered as its
// call centre's own.
func (n *node) openFolders() error {
	for _, d := range n.config.Dispositions {
		f, err := inbox.Open(inbox.Config{
			Dir: d.Folder, Every: d.Every, Log: n.log, Take: n.takeFile(d),
			Mends: func(err error) bool {
				_, ok := errors.AsType[*console.Mistake](err)
				return ok
			},
		})
		if err != nil {
			return fmt.Errorf("dispositions of %s: %w", d.CallCentre, err)
		}
		n.opened = append(n.opened, f)
		n.folders = append(n.folders, folder{f, d.CallCentre})
	}
	return nil
}

// takeFile returns what takes the files of a folder.
func (n *node) takeFile(d configs.Dispositions) func(context.Context, string, io.Reader, io.Writer) (int64, error) {
	scope := access.Scope{Actor: "folder:" + d.CallCentre, Role: access.System, CallCentre: d.CallCentre}
	return func(ctx context.Context, name string, r io.Reader, rejects io.Writer) (int64, error) {
		if !n.book.Current().HasCallCentre(d.CallCentre) {
			// Its files are not wrong: they wait until it is there.
			return 0, fmt.Errorf("there is no call centre %q: apply it first", d.CallCentre)
		}
		count, err := n.dispositions().ImportDispositions(ctx, scope, console.DispositionFile{
			CallCentre: d.CallCentre, FileName: name, Format: console.Format(d.Format), Reader: r, Rejects: rejects,
		})
		return count.Bad, err
	}
}

// folderFigures collect how the folders do.
type folderFigures struct{ folders []folder }

var (
	folderFiles   = prometheus.NewDesc("tregua_disposition_files_total", "Files of dispositions that were taken from the folder of a call centre, or failed.", []string{"call_centre", "result"}, nil)
	folderWaiting = prometheus.NewDesc("tregua_disposition_files_waiting", "Files in the folder of a call centre that are not complete yet.", []string{"call_centre"}, nil)
	folderTrouble = prometheus.NewDesc("tregua_disposition_folder_trouble", "1 while the folder of a call centre, or a file in it, cannot be taken; the log says why.", []string{"call_centre"}, nil)
)

// Describe names the metrics.
func (f folderFigures) Describe(to chan<- *prometheus.Desc) {
	to <- folderFiles
	to <- folderWaiting
	to <- folderTrouble
}

// Collect takes one reading.
func (f folderFigures) Collect(to chan<- prometheus.Metric) {
	// A call centre may have several folders.
	sums := map[string]inbox.State{}
	var names []string
	for _, one := range f.folders {
		sum, known := sums[one.callCentre]
		if !known {
			names = append(names, one.callCentre)
		}
		s := one.State()
		sum.Done, sum.Failed, sum.Waiting, sum.Trouble = sum.Done+s.Done, sum.Failed+s.Failed, sum.Waiting+s.Waiting, sum.Trouble+s.Trouble
		sums[one.callCentre] = sum
	}
	for _, name := range names {
		s, trouble := sums[name], 0.0
		if s.Trouble != "" {
			trouble = 1
		}
		to <- prometheus.MustNewConstMetric(folderFiles, prometheus.CounterValue, float64(s.Done), name, "done")
		to <- prometheus.MustNewConstMetric(folderFiles, prometheus.CounterValue, float64(s.Failed), name, "failed")
		to <- prometheus.MustNewConstMetric(folderWaiting, prometheus.GaugeValue, float64(s.Waiting), name)
		to <- prometheus.MustNewConstMetric(folderTrouble, prometheus.GaugeValue, trouble, name)
	}
}
