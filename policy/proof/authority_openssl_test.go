//go:build testbed

package proof_test

import (
	"testing"

	"tregua/policy/anchor/anchortest"
)

// authority is openssl.
func authority(t *testing.T) *anchortest.Authority { t.Helper(); return anchortest.OpenSSL(t) }
