// The load of the webhook's benchmark: so many connections, each of which sends its next request once the last one is
// answered. In Go beside the peer, and on one processor, so that it takes little of what the servers share with it:
// a generator in Node.js uses more CPU a request than the servers do. fasthttp reads the answers.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// What one connection saw.
type seen struct {
	micros []int64
	failed int
}

func main() {
	address := flag.String("address", "", "host:port")
	target := flag.String("target", "/", "request target")
	bodies := flag.String("bodies", "", "file of request bodies, one a line")
	connections := flag.Int("connections", 64, "")
	length := flag.Duration("for", 10*time.Second, "")
	flag.Parse()
	runtime.GOMAXPROCS(1)

	requests := requestsOf(*bodies, *target)
	results := make([]seen, *connections)
	var running sync.WaitGroup
	begin := time.Now()
	for i := range results {
		running.Go(func() { results[i] = drive(*address, requests, i, *connections, begin.Add(*length)) })
	}
	running.Wait()
	report(results, time.Since(begin))
}

func requestsOf(file, target string) [][]byte {
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	var requests [][]byte
	for body := range bytes.Lines(text) {
		body = bytes.TrimSuffix(body, []byte("\n"))
		head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: courses.example.edu\r\nUser-Agent: Segment.io/1.0\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n", target, len(body))
		requests = append(requests, append([]byte(head), body...))
	}
	return requests
}

// Each connection takes every so-many-th request, so that no two send the same one at a time.
func drive(address string, requests [][]byte, first, step int, end time.Time) (result seen) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	reader := bufio.NewReader(connection)
	var answer fasthttp.Response
	for at := first; ; at += step {
		sentAt := time.Now()
		if sentAt.After(end) {
			return result
		}
		if _, err := connection.Write(requests[at%len(requests)]); err != nil {
			log.Fatal(err)
		}
		if err := answer.Read(reader); err != nil {
			log.Fatal(err)
		}
		result.micros = append(result.micros, time.Since(sentAt).Microseconds())
		if answer.StatusCode() != fasthttp.StatusOK {
			result.failed++
		}
	}
}

func report(results []seen, took time.Duration) {
	var all []int64
	failed := 0
	for _, result := range results {
		all = append(all, result.micros...)
		failed += result.failed
	}
	slices.Sort(all)
	at := func(share float64) float64 { return float64(all[int(share*float64(len(all)-1))]) / 1000 }
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"requests":  len(all),
		"failed":    failed,
		"seconds":   took.Seconds(),
		"p50Millis": at(0.5),
		"p99Millis": at(0.99),
		"maxMillis": at(1),
	})
}
