// Registers a webhook, publishes an event, watches until it is delivered, and deletes the webhook: over JSON, with Gson.
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;

public final class Example {
    private static final String ADDRESS = System.getenv().getOrDefault("CONTROLPLANE_HTTP", "http://127.0.0.1:7401");
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public static void main(String[] args) throws Exception {
        // Manage: the secret is shown this once; the receiver verifies with it.
        JsonObject wanted = parse("{\"webhook\": {\"name\": \"example\", \"eventTypes\": [\"example.*\"]}}");
        wanted.getAsJsonObject("webhook").addProperty("url", args.length > 0 ? args[0] : "https://example.com/hook");
        JsonObject created = call("POST", "/v1/webhooks", wanted);
        JsonObject webhook = created.getAsJsonObject("webhook");
        String id = webhook.get("id").getAsString();
        System.out.printf("created   %s, its secret has %d characters%n", id, created.get("secret").getAsString().length());

        // Publish: accepted means that it is stored; repeating it with the same id takes effect once. The payload is base64.
        JsonObject event = new JsonObject();
        event.addProperty("id", "java-" + UUID.randomUUID());
        event.addProperty("type", "example.created");
        event.addProperty("payload", Base64.getEncoder().encodeToString("{\"hello\":\"from Java\"}".getBytes(StandardCharsets.UTF_8)));
        JsonObject publish = new JsonObject();
        publish.add("event", event);
        JsonObject published = call("POST", "/v1/events", publish);
        System.out.printf("published %s to %s%n", event.get("id").getAsString(), published.get("deliveryCount"));

        watch(id, webhook.get("createTime").getAsString());
        call("DELETE", "/v1/webhooks/" + id, null);
        System.out.println("deleted");
    }

    /** Server-sent events until a delivery ends. The id of each is a token: a request that sends it as Last-Event-ID goes on after it. */
    private static void watch(String webhook, String since) throws IOException, InterruptedException {
        String query = "?webhookId=" + webhook + "&startTime=" + URLEncoder.encode(since, StandardCharsets.UTF_8);
        HttpRequest request = request("/v1/deliveries:watch" + query).header("Accept", "text/event-stream").GET().build();
        try (var lines = checked(CLIENT.send(request, BodyHandlers.ofLines())).body()) {
            for (String line : (Iterable<String>) lines::iterator) {
                JsonObject delivery = line.startsWith("data:") ? parse(line.substring(5)).getAsJsonObject("delivery") : null;
                if (delivery == null) {
                    continue;
                }
                String state = delivery.get("state").getAsString();
                System.out.printf("watched   %s %s after %s%n", delivery.get("id").getAsString(), state, delivery.get("attemptCount"));
                if (state.equals("DELIVERY_STATE_SUCCEEDED") || state.equals("DELIVERY_STATE_DEAD")) {
                    return;
                }
            }
        }
        throw new IOException("The watch ended.");
    }

    private static JsonObject call(String method, String path, JsonObject body) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).timeout(Duration.ofSeconds(30));
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").method(method, BodyPublishers.ofString(body.toString()));
        }
        return parse(checked(CLIENT.send(request.build(), BodyHandlers.ofString())).body());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(ADDRESS + path)).header("Authorization", "Bearer " + System.getenv("CONTROLPLANE_KEY"));
    }

    private static <T> HttpResponse<T> checked(HttpResponse<T> answer) throws IOException {
        if (answer.statusCode() != 200) {
            throw new IOException(answer.request().uri().getPath() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer;
    }

    private static JsonObject parse(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }
}
