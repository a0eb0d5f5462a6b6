package contactway_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// programs are those that the READMEs show, with what each says.
var programs = map[string][]string{
	"example/main.go":        {"made ", "there is ", "refused: 41044 "},
	"example/web/main.go":    {"counter-1: 200 {\"config_id\":", "k: 422 {", "leave : 200 {\"updated\":1}"},
	"example/ledger/main.go": {"10 of 10", "10 made", "made before: true", "lisi left 10", "10 pictures"},
}

// Each block of code in a README is a file, which the tests run, in either language.
func TestReadmesShowWhatIsTested(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		readme, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks := regexp.MustCompile("(?s)<!-- (\\S+) -->\n```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
		if all := strings.Count(string(readme), "```go"); len(blocks) != all || all < len(programs) {
			t.Errorf("%s: %d of %d blocks are a file", name, len(blocks), all)
		}
		for _, block := range blocks {
			file, shown := block[1], block[2]
			if _, isProgram := programs[file]; !isProgram && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s: nothing runs %s", name, file)
			}
			if source, err := os.ReadFile(file); err != nil || string(source) != shown {
				t.Errorf("%s: %v, or another text than in %s", name, err, file)
			}
		}
	}
}

// A program builds against a checkout by the commands that the READMEs show, with no network.
func TestCommandsOfTheReadmesBuildAgainstACheckout(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("example/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		readme, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		shown := regexp.MustCompile("(?s)```sh\n(  go mod edit.*?)```").FindSubmatch(readme)
		if shown == nil {
			t.Fatalf("%s shows no commands", name)
		}
		commands := strings.ReplaceAll(string(shown[1]), "/path/to/contactway/bindings/go", "'"+here+"'")
		directory := t.TempDir()
		if err := os.WriteFile(filepath.Join(directory, "main.go"), program, 0o600); err != nil {
			t.Fatal(err)
		}
		script := exec.Command("sh", "-ec", "go mod init shop\n"+commands+"\ngo build -o shop .")
		script.Dir, script.Env = directory, append(os.Environ(), "GOPROXY=off", "GOFLAGS=")
		if output, err := script.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", name, err, output)
		}
	}
}

func TestProgramsOfTheReadmes(t *testing.T) {
	for file, says := range programs {
		output, err := exec.Command("go", "run", "./"+filepath.Dir(file)).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", file, err, output)
		}
		for _, said := range says {
			if !strings.Contains(string(output), said) {
				t.Errorf("%s: %q is not in %s", file, said, output)
			}
		}
	}
}
