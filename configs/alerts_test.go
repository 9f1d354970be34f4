package configs

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"tregua/policy"
)

// alerts is a file of alerting rules as Prometheus reads it.
type alerts struct {
	Groups []struct {
		Name  string
		Rules []alertRule
	}
}

type alertRule struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

// carrierAlerts are the rules for what a carrier's call records say.
const carrierAlerts = `  - name: tregua-carriers
    rules:
      - alert: TreguaReconcileLeaks
        expr: "tregua_reconcile_leaks > 0"
        labels: {severity: critical}
        annotations:
          summary: "{{ $value }} calls of the last file of {{ $labels.carrier }} went round tregua, on {{ $labels.instance }}"
          description: "They were not judged and have no record. See which caller ids: ` + "`tregua reconcile FILE --carrier {{ $labels.carrier }}`" + `."
`

// evidenceAlerts are the rules for what is to convince others later.
const evidenceAlerts = `  - name: tregua-evidence
    rules:
      - alert: TreguaComplaintDue
        expr: "tregua_complaints_due > 0"
        labels: {severity: warning}
        annotations:
          summary: "the answer to a complaint is due within three days, or late, on {{ $labels.instance }}"
          description: "See ` + "`tregua complaint list`" + `, then the sheet or the statement."
      - alert: TreguaPurgeLate
        expr: "time() - tregua_purge_timestamp_seconds > 172800"
        labels: {severity: warning}
        annotations:
          summary: "records whose term is over were not purged for two days, on {{ $labels.instance }}"
          description: "See what ` + "`tregua ledger purge --now`" + ` says."
      - alert: TreguaNotAnchored
        expr: "tregua_anchor_age_seconds > 86400"
        labels: {severity: warning}
        annotations:
          summary: "for a day nobody outside has seen what was recorded, on {{ $labels.instance }}"
          description: "Calls go on. See which of those outside does not answer: ` + "`tregua ledger anchor`" + `."
      - alert: TreguaProofLogStands
        expr: "tregua_proof_trouble == 1"
        for: 10m
        labels: {severity: warning}
        annotations:
          summary: "records are not added to the proof log, on {{ $labels.instance }}"
          description: "Calls go on, and records wait in the ledger. ` + "`tregua status`" + ` says why."
      - alert: TreguaHandoffBehind
        expr: "tregua_handoff_lag > 10000"
        for: 1h
        labels: {severity: warning}
        annotations:
          summary: "{{ $labels.sink }} is {{ $value }} records behind, on {{ $labels.instance }}"
          description: "It is tried again without end. ` + "`tregua status`" + ` says what it answers."
      - alert: TreguaHandoffGone
        expr: "tregua_handoff_gone == 1"
        labels: {severity: warning}
        annotations:
          summary: "{{ $labels.sink }} says that it wants no more, on {{ $labels.instance }}"
          description: "Remove it from the config, or restart tregua when the receiver is back."
`

// TestAlerts: alerts.yaml has one rule for each trouble, in the words of the
// table, and behind them those of carriers and of evidence.
func TestAlerts(t *testing.T) {
	t.Parallel()
	want := alertsText(t)
	if *update {
		if err := os.WriteFile("alerts.yaml", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("alerts.yaml is not what policy.Troubles makes of it; run go test ./configs -run TestAlerts -update\n%s", want)
	}
	var file alerts
	if err := yaml.UnmarshalWithOptions(got, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	troubles := policy.Troubles()
	if len(file.Groups) != 3 || len(file.Groups[0].Rules) != len(troubles) {
		t.Fatalf("%d groups, rules %+v", len(file.Groups), file.Groups)
	}
	names := map[string]bool{}
	for i, tr := range troubles {
		r := file.Groups[0].Rules[i]
		if r.Expr != `tregua_trouble{trouble="`+tr.Name+`"} == 1` || r.Annotations["description"] != tr.Does()+" "+tr.Mend ||
			!strings.HasPrefix(r.Annotations["summary"], tr.What) || r.Labels["severity"] == "" || r.Alert == "" || names[r.Alert] {
			t.Errorf("%s: %+v", tr.Name, r)
		}
		names[r.Alert] = true
	}
}

// alertsText is the file. What stops every call is critical.
func alertsText(t *testing.T) string {
	t.Helper()
	quote := func(text string) string {
		b, err := yaml.MarshalWithOptions(text, yaml.JSON())
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(b))
	}
	var b strings.Builder
	b.WriteString("# Alerting rules for Prometheus, one for each trouble; written by\n# go test ./configs -run TestAlerts -update\ngroups:\n  - name: tregua\n    rules:\n")
	for _, tr := range policy.Troubles() {
		severity := "warning"
		if tr.Only == "" && !tr.Goes {
			severity = "critical"
		}
		var name strings.Builder
		name.WriteString("Tregua")
		for word := range strings.SplitSeq(tr.Name, ".") {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
		fmt.Fprintf(&b, "      - alert: %s\n        expr: %s\n        labels: {severity: %s}\n        annotations:\n          summary: %s\n          description: %s\n",
			name.String(), quote(`tregua_trouble{trouble="`+tr.Name+`"} == 1`), severity, quote(tr.What+", on {{ $labels.instance }}"), quote(tr.Does()+" "+tr.Mend))
	}
	b.WriteString(carrierAlerts + evidenceAlerts)
	return b.String()
}
