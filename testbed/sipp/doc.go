// Package sipp runs SIPp on both sides of a program under test: a dialer
// (scenarios/uac.xml) and a carrier (scenarios/uas.xml). It knows tregua as a
// user does, by its command line, its configuration and its admin API, and
// imports nothing of it. The tests need the build tag testbed and the programs
// sipp and strace; `make testbed` sees to both.
//
// A figure of a rig counts only when the same load is clean with nothing
// between the two SIPps.
package sipp
