package contactway_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The program in the README is the one in example/, and it runs.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)<!-- (example/[a-z.]+) -->\n```go\n(.*?)```").FindStringSubmatch(string(readme))
	if block == nil {
		t.Fatal("the README holds no program")
	}
	program, err := os.ReadFile(block[1])
	if err != nil {
		t.Fatal(err)
	}
	if string(program) != block[2] {
		t.Errorf("the README's program is not %s", block[1])
	}
	output, err := exec.Command("go", "run", "./example").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for _, said := range []string{"made ", "there is ", "refused: 41044 "} {
		if !strings.Contains(string(output), said) {
			t.Errorf("%q is not in %s", said, output)
		}
	}
}
