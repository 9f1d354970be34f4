//go:build testbed

package flows

import "testing"

// checkWall holds that nothing that came to a carrier holds a number that is
// opposed, wherever in the message it stands: no phone rang for any of them.
func (c *capture) checkWall(t *testing.T) {
	t.Helper()
	const carriers = "(ip.dst == 127.1.2.0/24 || ip.dst == 127.1.4.0/24)"
	digits := numbers["opposed"].digits[len("+39"):]
	opposed := `frame matches "` + digits + `[0-9]{5}"`
	if list := c.read(t, carriers+" && udp && "+opposed); list != "" {
		t.Errorf("opposed numbers came to a carrier:\n%s", list)
	}
	// The same look at the other side sees what the PBXs tried.
	if list := c.read(t, "udp.dstport == 25060 && "+opposed); list == "" {
		t.Error("the look for opposed numbers sees nothing at all")
	}
}
