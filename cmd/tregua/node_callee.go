package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

const (
	// unwanted is the status of a callee who wants no such calls (RFC 8197).
	unwanted = 607
	// calleeQueue bounds what callees said and is not written yet.
	calleeQueue = 1024
	// calleeRetry is how long a failing store is left alone.
	calleeRetry = time.Second
	// callbackValid is how long a call to a callback number asks for a call.
	callbackValid = 7 * 24 * time.Hour
)

// callees writes down what persons say by their telephones: a 607 that comes back
// from the carrier, a call to an opt-out or a callback number of a principal.
type callees struct {
	book *book.Book
	log  *slog.Logger
	in   chan wish
}

// wish is what one person said to a principal.
type wish struct {
	is        book.Wish
	principal string
	number    string // of the person
	by        string // the means, for the history
}

func newCallees(b *book.Book, log *slog.Logger) *callees {
	return &callees{book: b, log: log, in: make(chan wish, calleeQueue)}
}

// Ended hears the end of an attempt. It never blocks; false: there is no room,
// try again later.
func (c *callees) Ended(a *policy.Attempt, e *policy.Ending) bool {
	by := "607 of the carrier"
	if e.OptedOut {
		by = "key pressed in the call"
	}
	said := e.OptedOut || e.Outcome == policy.OutcomeFailed && e.Status == unwanted
	if !said || a.Called == 0 || a.Mapping != policy.Mapped {
		return true
	}
	principal, _, _ := strings.Cut(a.CampaignName, "/")
	return c.offer(wish{book.OptOut, principal, a.Called.String(), by})
}

// Inbound hears a call of a carrier. It never blocks: a call for which there is no
// room says nothing, and the log says so.
func (c *callees) Inbound(a *policy.Attempt) {
	principal, is := c.book.Current().Inbound(a.Called)
	if is == book.NoWish {
		return
	}
	by := "call to the opt-out number"
	if is == book.Callback {
		by = "call to the callback number"
	}
	if !c.offer(wish{is, principal, a.CallerID, by}) {
		c.log.Error("a person who called is not heard: too many wait", "principal", principal, "by", by)
	}
}

func (c *callees) offer(w wish) bool {
	select {
	case c.in <- w:
		return true
	default:
		return false
	}
}

// Run writes until ctx ends, and then what was said before.
func (c *callees) Run(ctx context.Context) error {
	for {
		select {
		case w := <-c.in:
			c.write(ctx, w)
			continue
		default:
		}
		select {
		case w := <-c.in:
			c.write(ctx, w)
		case <-ctx.Done():
			return nil
		}
	}
}

// write enters a wish. A store that fails is asked again: what a person said is
// not given up before the end.
func (c *callees) write(ctx context.Context, w wish) {
	for {
		err := c.enter(context.WithoutCancel(ctx), w)
		switch {
		case err == nil:
			return
		case errors.Is(err, book.ErrInput):
			c.log.Warn("what a person said cannot be entered", "principal", w.principal, "by", w.by, "err", err)
			return
		}
		c.log.Error("what a person said is not written yet", "principal", w.principal, "by", w.by, "err", err)
		select {
		case <-time.After(calleeRetry):
		case <-ctx.Done():
			return
		}
	}
}

func (c *callees) enter(ctx context.Context, w wish) (err error) {
	if w.is == book.Callback {
		_, err = c.book.Say(ctx, book.Saying{
			Verb: book.Request, Actor: "callee", Principal: w.principal, Number: w.number,
			Evidence: w.by, Valid: callbackValid,
		})
		return err
	}
	_, err = c.book.Object(ctx, book.Objection{Actor: "callee", Principal: w.principal, Number: w.number, Source: w.by})
	return err
}
