package ledger

import (
	"reflect"
	"testing"
)

// TestHead: a head has the elements of a public part, one by one.
func TestHead(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]reflect.Type{
		{reflect.TypeFor[public](), reflect.TypeFor[head]()},
		{reflect.TypeFor[publicAttempt](), reflect.TypeFor[headAttempt]()},
	} {
		if c[0].NumField() != c[1].NumField() {
			t.Fatalf("%v has %d fields, %v has %d", c[0], c[0].NumField(), c[1], c[1].NumField())
		}
		for i := range c[0].NumField() {
			if x, y := c[0].Field(i).Name, c[1].Field(i).Name; x != y {
				t.Errorf("field %d of %v is %s, of %v it is %s", i, c[0], x, c[1], y)
			}
		}
	}
}
