// sumdb judges notes, trees, proofs and published logs with the Go team's golang.org/x/mod/sumdb,
// which knows nothing of Probant, and makes some for Probant to judge.
//
//	sumdb open VKEY NOTE   open a signed checkpoint, print its origin, size and root
//	sumdb log VKEY DIR     open DIR/checkpoint; its tiles and entry bundles must lead to its root
//	sumdb make DIR         write DIR/vkey, DIR/checkpoint, DIR/proofs
//	sumdb check DIR        judge those three, whoever made them
//	sumdb bundle VKEY DIR  judge the proofs of an unpacked evidence bundle: leaves, consistency
//	sumdb proof VKEY PROOF ENTRY   judge the tlog-proof of what stands in the file ENTRY
//
// Entry i of the tree that `make` makes is the text "entry i".  A line of `proofs` is one of
//
//	tree SIZE ROOT
//	record SIZE INDEX HASH...
//	growth FIRST SECOND HASH...
//
// with hashes in base64.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "judge.example/log/0a1b2c3d"

// The largest tree made here, and the one that the checkpoint signs.
const largest = 70000

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sumdb:", err)
		os.Exit(1)
	}
}

func fail(format string, args ...any) {
	must(fmt.Errorf(format, args...))
}

func read(elements ...string) []byte {
	data, err := os.ReadFile(filepath.Join(elements...))
	must(err)
	return data
}

func entry(i int64) []byte {
	return []byte("entry " + strconv.FormatInt(i, 10))
}

// memory holds the stored hashes of a tree.
type memory struct {
	size   int64
	hashes []tlog.Hash
}

func (m *memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, 0, len(indexes))
	for _, i := range indexes {
		out = append(out, m.hashes[i])
	}
	return out, nil
}

func (m *memory) add(record []byte) {
	hashes, err := tlog.StoredHashes(m.size, record, m)
	must(err)
	m.hashes = append(m.hashes, hashes...)
	m.size++
}

func (m *memory) root(size int64) tlog.Hash {
	root, err := tlog.TreeHash(size, m)
	must(err)
	return root
}

func grow(size int64) *memory {
	m := &memory{}
	for m.size < size {
		m.add(entry(m.size))
	}
	return m
}

// open verifies a signed checkpoint: its name must be its origin.
func open(vkey string, data []byte) (string, tlog.Tree) {
	verifier, err := note.NewVerifier(strings.TrimSpace(vkey))
	must(err)
	opened, err := note.Open(data, note.VerifierList(verifier))
	must(err)
	name, rest, _ := strings.Cut(opened.Text, "\n")
	if name != verifier.Name() {
		fail("the checkpoint of %q is signed by %q", name, verifier.Name())
	}
	// tlog knows one origin only; the lines behind it have the same form.
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	must(err)
	return name, tree
}

// tiles reads a directory as C2SP tlog-tiles lays it out: Go's paths name the height too.
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		out = append(out, read(t.dir, path))
	}
	return out, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// entries reads every entry of a published log.
func entries(dir string, size int64) [][]byte {
	var out [][]byte
	for first := int64(0); first < size; first += 256 {
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: 256}
		if size-first < 256 {
			tile.W = int(size - first)
		}
		path := "tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/0/")
		data := read(dir, path)
		for i := 0; i < tile.W; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				fail("%s ends inside entry %d", path, i)
			}
			length := int(binary.BigEndian.Uint16(data))
			out = append(out, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) != 0 {
			fail("%s has bytes behind its last entry", path)
		}
	}
	return out
}

func judgeLog(vkey, dir string) {
	name, tree := open(vkey, read(dir, "checkpoint"))
	m := &memory{}
	for _, record := range entries(dir, tree.N) {
		m.add(record)
	}
	if tree.N > 0 && m.root(tree.N) != tree.Hash {
		fail("the entries do not have the root that the checkpoint states")
	}
	// Read each leaf hash from the tiles, authenticated up to the signed root.
	reader := tlog.TileHashReader(tree, tiles{dir})
	var indexes []int64
	for i := int64(0); i < tree.N; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, i))
	}
	hashes, err := reader.ReadHashes(indexes)
	must(err)
	for i, hash := range hashes {
		if hash != m.hashes[indexes[i]] {
			fail("the tile does not hold the hash of entry %d", i)
		}
	}
	fmt.Printf("%s: %d entries, tiles and checkpoint agree\n", name, tree.N)
}

// some numbers below size: all of them in small trees.
func some(size int64) []int64 {
	var out []int64
	if size <= 64 {
		for i := int64(0); i < size; i++ {
			out = append(out, i)
		}
		return out
	}
	for _, i := range []int64{0, 1, 63, 64, size / 3, size / 2, size - 2, size - 1} {
		out = append(out, i)
	}
	return out
}

func sizes() []int64 {
	var out []int64
	for size := int64(1); size <= 300; size++ {
		out = append(out, size)
	}
	return append(out, 511, 512, 513, 4096, 65535, 65536, 65537, largest)
}

func words(kind string, a, b int64, hashes []tlog.Hash) string {
	line := fmt.Sprintf("%s %d %d", kind, a, b)
	for _, hash := range hashes {
		line += " " + hash.String()
	}
	return line + "\n"
}

func makeProofs(m *memory) []byte {
	var out bytes.Buffer
	for _, size := range sizes() {
		fmt.Fprintf(&out, "tree %d %v\n", size, m.root(size))
		for _, i := range some(size) {
			proof, err := tlog.ProveRecord(size, i, m)
			must(err)
			out.WriteString(words("record", size, i, proof))
			growth, err := tlog.ProveTree(size, i+1, m)
			must(err)
			out.WriteString(words("growth", i+1, size, growth))
		}
	}
	return out.Bytes()
}

func makeAll(dir string) {
	m := grow(largest)
	skey, vkey, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 32)), origin)
	must(err)
	signer, err := note.NewSigner(skey)
	must(err)
	root := m.root(largest)
	text := fmt.Sprintf("%s\n%d\n%v\nsha3-256 %v\n", origin, int64(largest), root, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err)
	must(os.WriteFile(filepath.Join(dir, "vkey"), []byte(vkey+"\n"), 0o644))
	must(os.WriteFile(filepath.Join(dir, "checkpoint"), signed, 0o644))
	must(os.WriteFile(filepath.Join(dir, "proofs"), makeProofs(m), 0o644))
}

func number(word string) int64 {
	n, err := strconv.ParseInt(word, 10, 64)
	must(err)
	return n
}

func judgeLine(m *memory, line string) {
	word := strings.Split(line, " ")
	if word[0] == "tree" {
		if hash, err := tlog.ParseHash(word[2]); err != nil || hash != m.root(number(word[1])) {
			fail("the root is another: %s", line)
		}
		return
	}
	var proof []tlog.Hash
	for _, text := range word[3:] {
		hash, err := tlog.ParseHash(text)
		must(err)
		proof = append(proof, hash)
	}
	a, b := number(word[1]), number(word[2])
	switch word[0] {
	case "record":
		must(tlog.CheckRecord(proof, a, m.root(a), b, tlog.RecordHash(entry(b))))
	case "growth":
		must(tlog.CheckTree(proof, b, m.root(b), a, m.root(a)))
	default:
		fail("not a line of proofs: %s", line)
	}
}

func judgeAll(dir string) {
	m := grow(largest)
	_, tree := open(string(read(dir, "vkey")), read(dir, "checkpoint"))
	if tree.N != largest || tree.Hash != m.root(largest) {
		fail("the checkpoint signs another tree")
	}
	lines := 0
	scanner := bufio.NewScanner(bytes.NewReader(read(dir, "proofs")))
	for scanner.Scan() {
		judgeLine(m, scanner.Text())
		lines++
	}
	must(scanner.Err())
	if lines == 0 {
		fail("no proofs")
	}
	fmt.Printf("checkpoint and %d roots and proofs hold\n", lines)
}

// hashes reads lines of base64, each with its end.
func hashes(text string) []tlog.Hash {
	var out []tlog.Hash
	if text != "" && !strings.HasSuffix(text, "\n") {
		fail("the last hash has no end of line")
	}
	for _, line := range strings.Split(text, "\n") {
		if line == "" {
			break
		}
		hash, err := tlog.ParseHash(line)
		must(err)
		out = append(out, hash)
	}
	return out
}

// paths finds what must be there.
func paths(least int, elements ...string) []string {
	found, err := filepath.Glob(filepath.Join(elements...))
	must(err)
	if len(found) < least {
		fail("there is no %s", filepath.Join(elements...))
	}
	return found
}

// judgeProof judges a C2SP tlog-proof of an entry: its checkpoint is signed and its hashes lead
// there.  Its line "index ...", and the tree's size.
func judgeProof(vkey, path string, entry []byte) (string, int64) {
	head, checkpoint, found := strings.Cut(string(read(path)), "\n\n")
	lines := strings.SplitN(head+"\n", "\n", 3)
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		fail("%s: no tlog-proof", path)
	}
	index := number(strings.TrimPrefix(lines[1], "index "))
	_, tree := open(vkey, []byte(checkpoint))
	leaf := tlog.RecordHash(entry)
	if err := tlog.CheckRecord(hashes(lines[2]), tree.N, tree.Hash, index, leaf); err != nil {
		fail("%s: %v", path, err)
	}
	return lines[1], tree.N
}

func judgeLeaf(vkey, dir string) int64 {
	path := filepath.Join(dir, "leaf.tlog-proof")
	line, size := judgeProof(vkey, path, read(dir, "leaf.bin"))
	if line != "index "+filepath.Base(dir) {
		fail("%s: it proves another entry: %s", path, line)
	}
	return size
}

// judgeBundle judges an unpacked package by the key alone: checkpoints, every leaf, every growth.
func judgeBundle(vkey, dir string) {
	_, newest := open(vkey, read(dir, "log", "checkpoint"))
	trees := map[int64]tlog.Tree{newest.N: newest}
	for _, path := range paths(1, dir, "stamps", "*", "checkpoint") {
		_, tree := open(vkey, read(path))
		if old, seen := trees[tree.N]; seen && old != tree {
			fail("two trees of %d entries are signed", tree.N)
		}
		trees[tree.N] = tree
	}
	leaves := paths(1, dir, "records", "*", "leaf.bin")
	for _, path := range leaves {
		if size := judgeLeaf(vkey, filepath.Dir(path)); trees[size].N != size {
			fail("%s: its checkpoint is not stamped", path)
		}
	}
	grown := paths(0, dir, "log", "consistency", "*")
	for _, path := range grown {
		first, second, _ := strings.Cut(filepath.Base(path), "-")
		a, b := number(first), number(second)
		older, known := trees[a]
		if !known || b != newest.N {
			continue // of a checkpoint that the receiver alone holds
		}
		if err := tlog.CheckTree(hashes(string(read(path))), b, newest.Hash, a, older.Hash); err != nil {
			fail("%s: %v", path, err)
		}
		delete(trees, a)
	}
	if len(trees) != 1 {
		fail("%d stamped trees lack a proof that they grew into the newest", len(trees)-1)
	}
	fmt.Printf("%d leaves and %d growths are proven\n", len(leaves), len(grown))
}

func main() {
	args := os.Args[1:]
	switch {
	case len(args) == 3 && args[0] == "open":
		name, tree := open(args[1], read(args[2]))
		fmt.Println(name, tree.N, tree.Hash)
	case len(args) == 3 && args[0] == "log":
		judgeLog(args[1], args[2])
	case len(args) == 2 && args[0] == "make":
		makeAll(args[1])
	case len(args) == 2 && args[0] == "check":
		judgeAll(args[1])
	case len(args) == 3 && args[0] == "bundle":
		judgeBundle(args[1], args[2])
	case len(args) == 4 && args[0] == "proof":
		line, size := judgeProof(args[1], args[2], read(args[3]))
		fmt.Println(line, "of", size)
	default:
		fmt.Fprintln(os.Stderr, "usage: sumdb open VKEY NOTE | log VKEY DIR | make DIR | check DIR"+
			" | bundle VKEY DIR | proof VKEY PROOF ENTRY")
		os.Exit(64)
	}
}
