import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.util.JsonFormat;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Makes the calls that come as lines of JSON on standard input, with grpc-java; prints each result as a line of JSON. */
final class Client {
  private static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  public static void main(String[] arguments) throws Exception {
    Map<String, MethodDescriptor> methods = load(Path.of(arguments[1]));
    ManagedChannel channel = NettyChannelBuilder.forTarget(arguments[0]).usePlaintext().build();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonObject ask = JsonParser.parseString(line).getAsJsonObject();
      System.out.println(new Gson().toJson(call(channel, methods.get(ask.get("method").getAsString()), ask)));
    }
    channel.shutdownNow();
  }

  private static Map<String, MethodDescriptor> load(Path path) throws Exception {
    Map<String, FileDescriptor> files = new HashMap<>();
    Map<String, MethodDescriptor> methods = new HashMap<>();
    // A file stands behind those that it imports.
    for (FileDescriptorProto file : FileDescriptorSet.parseFrom(Files.readAllBytes(path)).getFileList()) {
      FileDescriptor[] imports = file.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
      FileDescriptor built = FileDescriptor.buildFrom(file, imports);
      files.put(file.getName(), built);
      built.getServices().forEach(s -> s.getMethods().forEach(m -> methods.put(s.getFullName() + "/" + m.getName(), m)));
    }
    return methods;
  }

  private static JsonObject call(ManagedChannel channel, MethodDescriptor method, JsonObject ask) throws Exception {
    Metadata metadata = new Metadata();
    metadata.put(AUTHORIZATION, "Bearer " + ask.get("key").getAsString());
    int take = ask.has("take") ? ask.get("take").getAsInt() : Integer.MAX_VALUE;
    List<String> answers = new ArrayList<>();
    CompletableFuture<Status> end = new CompletableFuture<>();
    ClientCall<DynamicMessage, DynamicMessage> call =
        channel.newCall(describe(method, ask), CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
    call.start(new ClientCall.Listener<>() {
      @Override
      public void onMessage(DynamicMessage answer) {
        try {
          answers.add(JsonFormat.printer().print(answer));
        } catch (Exception e) {
          end.completeExceptionally(e);
        }
        if (answers.size() == take) {
          end.complete(Status.OK);
          call.cancel("all that was asked for is here", null);
        }
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        end.complete(status);
      }
    }, metadata);
    call.request(Integer.MAX_VALUE);
    for (JsonElement request : ask.getAsJsonArray("requests")) {
      DynamicMessage.Builder message = DynamicMessage.newBuilder(method.getInputType());
      JsonFormat.parser().merge(request.toString(), message);
      call.sendMessage(message.build());
    }
    call.halfClose();
    Status status = end.get();
    JsonObject result = new JsonObject();
    result.addProperty("code", status.getCode().value());
    result.addProperty("message", status.getDescription() == null ? String.valueOf(status.getCause()) : status.getDescription());
    result.add("answers", JsonParser.parseString(answers.toString()));
    return result;
  }

  private static io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> describe(MethodDescriptor method, JsonObject ask) {
    boolean client = ask.get("clientStreaming").getAsBoolean();
    boolean server = ask.get("serverStreaming").getAsBoolean();
    io.grpc.MethodDescriptor.MethodType type = client
        ? (server ? io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING : io.grpc.MethodDescriptor.MethodType.CLIENT_STREAMING)
        : (server ? io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING : io.grpc.MethodDescriptor.MethodType.UNARY);
    return io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
        .setType(type)
        .setFullMethodName(ask.get("method").getAsString())
        .setRequestMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
        .setResponseMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
        .build();
  }
}
