// Registers a webhook, publishes an event, watches until it is delivered, and deletes the webhook: over JSON, with the standard library alone.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

type delivery struct {
	ID           string `json:"id"`
	State        string `json:"state"`
	AttemptCount int    `json:"attemptCount"`
}

func main() {
	log.SetFlags(0)
	target := "https://example.com/hook"
	if len(os.Args) > 1 {
		target = os.Args[1]
	}

	// Manage: the secret is shown this once; the receiver verifies with it.
	var created struct {
		Webhook struct {
			ID         string `json:"id"`
			CreateTime string `json:"createTime"`
		} `json:"webhook"`
		Secret string `json:"secret"`
	}
	call("POST", "/v1/webhooks", map[string]any{
		"webhook": map[string]any{"name": "example", "url": target, "eventTypes": []string{"example.*"}},
	}, &created)
	webhook := created.Webhook
	fmt.Printf("created   %s, its secret has %d characters\n", webhook.ID, len(created.Secret))

	// Publish: accepted means that it is stored; repeating it with the same id takes effect once. []byte becomes base64, as the API has it.
	var published struct {
		Event         struct{ ID string }
		DeliveryCount int `json:"deliveryCount"`
	}
	call("POST", "/v1/events", map[string]any{
		"event": map[string]any{
			"id": fmt.Sprintf("go-%d", time.Now().UnixNano()), "type": "example.created", "payload": []byte(`{"hello":"from Go"}`),
		},
	}, &published)
	fmt.Printf("published %s to %d\n", published.Event.ID, published.DeliveryCount)

	watch(webhook.ID, webhook.CreateTime)
	call("DELETE", "/v1/webhooks/"+webhook.ID, nil, nil)
	fmt.Println("deleted")
}

// Watches the deliveries to a webhook from a time on, as server-sent events, until one ends. The id of each is a token: a request that sends
// it as Last-Event-ID goes on after it.
func watch(webhook, since string) {
	query := url.Values{"webhookId": {webhook}, "startTime": {since}}
	request := newRequest("GET", "/v1/deliveries:watch?"+query.Encode(), nil)
	request.Header.Set("Accept", "text/event-stream")
	answer := send(&http.Client{Timeout: time.Minute}, request)
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data := strings.TrimPrefix(lines.Text(), "data:")
		if data == lines.Text() {
			continue
		}
		var message struct{ Delivery *delivery }
		if err := json.Unmarshal([]byte(data), &message); err != nil {
			log.Fatal(err)
		}
		if d := message.Delivery; d != nil {
			fmt.Printf("watched   %s %s after %d\n", d.ID, d.State, d.AttemptCount)
			if d.State == "DELIVERY_STATE_SUCCEEDED" || d.State == "DELIVERY_STATE_DEAD" {
				return
			}
		}
	}
	log.Fatalf("the watch ended: %v", lines.Err())
}

func call(method, path string, body, result any) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			log.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	answer := send(&http.Client{Timeout: 30 * time.Second}, newRequest(method, path, content))
	defer answer.Body.Close()
	if result != nil {
		if err := json.NewDecoder(answer.Body).Decode(result); err != nil {
			log.Fatal(err)
		}
	}
}

func newRequest(method, path string, body io.Reader) *http.Request {
	address := os.Getenv("CONTROLPLANE_HTTP")
	if address == "" {
		address = "http://127.0.0.1:7401"
	}
	request, err := http.NewRequest(method, address+path, body)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("CONTROLPLANE_KEY"))
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

func send(client *http.Client, request *http.Request) *http.Response {
	answer, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		log.Fatalf("%s %s: %s %s", request.Method, request.URL.Path, answer.Status, text)
	}
	return answer
}
