package console

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/access/register"
	"tregua/policy/contracts"
)

func (h *house) CheckContracts(_ context.Context, scope access.Scope, f ContractsFile) (*contracts.Report, []BadRow, error) {
	data, err := io.ReadAll(f.Reader)
	if err != nil {
		return nil, nil, err
	}
	err = h.ask("contracts of %s by %s within %s%s: %s", f.Principal, scope.Actor, f.Window, formatWords(f.Format), data)
	var r contracts.Report
	r.Add(contracts.Finding{
		Contract: contracts.Contract{Line: 2, ID: "k-1", Seller: "rossi"}, Verdict: contracts.Unlawful, Why: "opposed",
		Reason: policy.RegistryOpposed, By: "number", Call: policy.AttemptID{1}, Called: 393331234567, At: noon, Of: "acme/energia",
	})
	r.Add(contracts.Finding{Contract: contracts.Contract{Line: 3, ID: "k-2", Seller: "neri"}, Verdict: contracts.Lawful})
	return &r, []BadRow{{4, "no number"}}, err
}

// The answer has the contracts and the sums; a number is masked for who may not
// read numbers, and reading leaves an access record.
func TestContracts(t *testing.T) {
	h := &house{}
	c := open(t, h)
	secret := token(t, c, `{"name":"ada","role":"admin"}`)
	for _, tt := range []struct{ token, called string }{{"", "+393331234567"}, {secret, policy.Number(393331234567).Masked()}} {
		rec := ask(c, tt.token, "POST", "/v1/principals/acme/contracts/check?window_hours=48&column=number%3Dtel", "x")
		var got ContractsReport
		if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != http.StatusOK {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		if asked := strings.Join(h.calls(), "\n"); !strings.Contains(asked, "contracts of acme by ") || !strings.HasSuffix(asked, "within 48h0m0s number=tel: x") {
			t.Errorf("asked %q", asked)
		}
		one := got.Contracts[0]
		if one.Called != tt.called || one.Verdict != "unlawful" || one.Reason != "registry.opposed" || one.Receipt != (policy.AttemptID{1}).String() {
			t.Errorf("answer %+v", one)
		}
		if total := (ContractsOf{Contracts: 2, Lawful: 1, Unlawful: 1, ClawBack: 1, Share: 0.5}); got.Total != total || got.Sellers[0].Seller != "rossi" {
			t.Errorf("sums %+v of %+v", got.Total, got.Sellers)
		}
		if !got.Findings() || len(got.Bad) != 1 || got.Contracts[1].Receipt != "" {
			t.Errorf("answer %+v", got)
		}
	}
	reads, err := c.config.Register.Reads(access.Scope{Role: access.Local}, register.ReadQuery{Number: 393331234567, Limit: 9})
	if err != nil || len(reads) != 2 || reads[0].Kind != "contracts-check" {
		t.Errorf("access records %+v, err %v", reads, err)
	}
}
