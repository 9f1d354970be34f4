// Package sipp runs SIPp on both sides of a program under test: a dialer
// (scenarios/uac.xml) and a carrier (scenarios/uas.xml). It knows tregua as a
// user does, by its command line, its configuration and its admin API, and
// imports nothing of it. Where calls speak, testbed/rtp gives them voices and
// reads the wire. The tests need the build tag testbed, the programs sipp,
// strace and tshark, to which `make testbed` sees, and CAP_NET_RAW.
//
// A figure of a rig counts only when the same load is clean with nothing
// between the two SIPps.
package sipp
