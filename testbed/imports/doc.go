// Package imports ends the daemon in the middle of imports. It knows tregua as
// a user does, by its command line. The tests need the build tag testbed.
package imports
