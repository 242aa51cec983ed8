// The peer of `segment-to-edx bridge`: what a team would write in Go with net/http and franz-go, and tune.
// It takes the same requests, stores the same records on the same partitions, and answers once they are stored.
package main

import (
	"context"
	"crypto/subtle"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	maxBodyBytes   = 8 << 20
	maxKeyBytes    = 128
	produceTimeout = 3500 * time.Millisecond
)

type bridge struct {
	client *kgo.Client
	path   string
	key    []byte
}

func main() {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(os.Getenv("KAFKA_BROKERS"), ",")...),
		kgo.DefaultProduceTopic(os.Getenv("RAW_TOPIC")),
		// Idempotent, acks=all, and murmur2 of the key as in Java are the defaults.
		kgo.ProducerLinger(0), // with 1 ms it answers fewer requests
		kgo.ProducerBatchCompression(kgo.NoCompression()), // as the product: what it stores are the sender's bytes
		kgo.ProducerBatchMaxBytes(1_000_000),
		kgo.MaxBufferedRecords(100_000),
		kgo.RecordDeliveryTimeout(produceTimeout),
	)
	if err != nil {
		log.Fatal(err)
	}
	if err := client.Ping(context.Background()); err != nil {
		log.Fatal(err)
	}
	server := &http.Server{
		Addr:              "127.0.0.1:" + os.Getenv("BRIDGE_PORT"),
		Handler:           &bridge{client, os.Getenv("WEBHOOK_PATH"), []byte(os.Getenv("SECRET"))},
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       75 * time.Second,
	}
	log.Fatal(server.ListenAndServe())
}

func (b *bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != b.path:
		refuse(w, http.StatusNotFound, "Not found")
	case r.Method != http.MethodPost:
		refuse(w, http.StatusMethodNotAllowed, "Only POST is allowed here")
	case subtle.ConstantTimeCompare([]byte(r.URL.Query().Get("key")), b.key) != 1:
		refuse(w, http.StatusUnauthorized, "Unauthorized")
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		refuse(w, http.StatusUnsupportedMediaType, "The content type has to be application/json")
	case r.ContentLength > maxBodyBytes:
		refuse(w, http.StatusRequestEntityTooLarge, "The body is over the size limit")
	default:
		b.receive(w, r)
	}
}

func (b *bridge) receive(w http.ResponseWriter, r *http.Request) {
	body, err := bodyOf(r)
	if err != nil || len(body) == 0 || len(body) > maxBodyBytes {
		refuse(w, http.StatusBadRequest, "The body could not be read")
		return
	}
	isJSON := utf8.Valid(body) && gjson.ValidBytes(body)
	if err := b.store(body, isJSON, b.headers(r)); err != nil {
		log.Print(err)
		refuse(w, http.StatusServiceUnavailable, "The events could not be stored: send them again later")
		return
	}
	if !isJSON {
		refuse(w, http.StatusBadRequest, "The body is not JSON text in UTF-8")
		return
	}
	answer(w, http.StatusOK, `{"committed":true}`)
}

// In one allocation where the head tells the size.
func bodyOf(r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 {
		return io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

func (b *bridge) headers(r *http.Request) []kgo.RecordHeader {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return []kgo.RecordHeader{
		{Key: "webhook-path", Value: []byte(b.path)},
		{Key: "webhook-host", Value: []byte(host)},
	}
}

// Returns once every event of the body is stored, or one of them is not.
func (b *bridge) store(body []byte, isJSON bool, headers []kgo.RecordHeader) error {
	root := gjson.Result{}
	if isJSON {
		root = gjson.ParseBytes(body)
	}
	now := time.Now()
	var (
		waiting sync.WaitGroup
		once    sync.Once
		failure error
	)
	done := func(_ *kgo.Record, err error) {
		if err != nil {
			once.Do(func() { failure = err })
		}
		waiting.Done()
	}
	send := func(key, value []byte) {
		waiting.Add(1)
		b.client.Produce(context.Background(), &kgo.Record{Key: key, Value: value, Headers: headers, Timestamp: now}, done)
	}
	if root.IsArray() {
		root.ForEach(func(_, event gjson.Result) bool {
			send(keyOf(event), body[event.Index:event.Index+len(event.Raw)])
			return true
		})
	} else {
		send(keyOf(root), body)
	}
	waiting.Wait()
	return failure
}

// The user id as a plain decimal where it is an integer, else its text; else what else names the sender.
func keyOf(event gjson.Result) []byte {
	if !event.IsObject() {
		return nil
	}
	var user, anonymous, message gjson.Result
	event.ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "userId":
			user = value
		case "anonymousId":
			anonymous = value
		case "messageId":
			message = value
		}
		return true
	})
	for _, value := range []gjson.Result{user, anonymous, message} {
		text := value.String()
		if text == "" || value.Type == gjson.Null || value.Type == gjson.False {
			continue
		}
		if id, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
			return strconv.AppendInt(nil, id, 10)
		}
		if len(text) <= maxKeyBytes {
			return []byte(text)
		}
		return []byte(text[:maxKeyBytes])
	}
	return nil
}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, `{"committed":false,"message":"`+message+`"}`)
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header()["Content-Type"] = []string{"application/json; charset=utf-8"}
	w.WriteHeader(status)
	io.WriteString(w, body)
}
