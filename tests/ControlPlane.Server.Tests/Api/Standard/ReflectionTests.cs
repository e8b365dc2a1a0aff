using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Alpha = Grpc.Reflection.V1Alpha;

namespace ControlPlane.Server.Tests.Api.Standard;

public sealed class ReflectionTests
{
    private const string ShelfFile = "shelf.proto";
    private const string BookFile = "book.proto";

    private static readonly string[] WellKnown = ["google/protobuf/descriptor.proto", "google/protobuf/timestamp.proto"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ListServices_NamesEveryService(bool alpha)
    {
        var response = await AskAsync(alpha, new() { ListServices = "*" });

        Assert.Equal(
            [
                "controlplane.shelf.Shelf", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
            ],
            response.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FileByFilename_KnownFile_ComesWithAllItImports(bool alpha)
    {
        var response = await AskAsync(alpha, new() { FileByFilename = ShelfFile });

        Assert.Equal([ShelfFile, BookFile, .. WellKnown], Files(response));
    }

    [Theory]
    [InlineData("controlplane.shelf.Shelf", ShelfFile)]
    [InlineData("controlplane.shelf.Shelf.TakeBook", ShelfFile)]
    [InlineData("controlplane.shelf.TakeBookRequest", ShelfFile)]
    [InlineData("controlplane.shelf.Book", BookFile)]
    [InlineData("controlplane.shelf.Book.Page", BookFile)]
    [InlineData("controlplane.shelf.Book.Cover", BookFile)]
    [InlineData("controlplane.shelf.Use", BookFile)]
    [InlineData("google.protobuf.Timestamp", "google/protobuf/timestamp.proto")]
    [InlineData("grpc.health.v1.Health.List", "grpc/health/v1/health.proto")]
    [InlineData("google.rpc.BadRequest", "google/rpc/error_details.proto")]
    public async Task FileContainingSymbol_ServiceMessageOrErrorDetail_IsFound(string symbol, string file)
    {
        var response = await AskAsync(alpha: false, new() { FileContainingSymbol = symbol });

        Assert.Equal(file, Files(response).First());
    }

    [Fact]
    public async Task FileContainingSymbol_Answer_IsEnoughToBuildTheDescriptors()
    {
        var response = await AskAsync(alpha: false, new() { FileContainingSymbol = "controlplane.shelf.Shelf" });

        // The builder wants each file after what it imports.
        var built = FileDescriptor.BuildFromByteStrings(response.FileDescriptorResponse.FileDescriptorProto.Reverse());

        var method = built.Single(file => file.Name == ShelfFile).FindTypeByName<ServiceDescriptor>("Shelf").Methods.Single();
        Assert.Equal("controlplane.shelf.Book", method.OutputType.FullName);
        Assert.Equal("google.protobuf.Timestamp", method.OutputType.FindFieldByName("published").MessageType.FullName);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FileContainingSymbol_Unknown_IsNotFoundInsideTheAnswer(bool alpha)
    {
        var response = await AskAsync(alpha, new() { FileContainingSymbol = "no.Such" });

        Assert.Equal((int)StatusCode.NotFound, response.ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task Stream_LeftOpen_DoesNotHoldUpAStop()
    {
        await using var server = await ApiServer.StartAsync();
        using var call = Ask(server);
        await call.RequestStream.WriteAsync(new() { ListServices = "*" }, Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));

        // The server has no other reason to end the call: it would wait for it without end.
        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(30), Token);

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    private static IEnumerable<string> Files(ServerReflectionResponse response) =>
        response.FileDescriptorResponse.FileDescriptorProto.Select(file => FileDescriptorProto.Parser.ParseFrom(file).Name);

    private static AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> Ask(ApiServer server) =>
        new ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo(cancellationToken: Token);

    /// <summary>Asks one question by v1, or the same bytes by v1alpha.</summary>
    private static async Task<ServerReflectionResponse> AskAsync(bool alpha, ServerReflectionRequest question)
    {
        await using var server = await ApiServer.StartAsync();
        if (alpha)
        {
            var client = new Alpha.ServerReflection.ServerReflectionClient(server.Channel);
            using var old = client.ServerReflectionInfo(cancellationToken: Token);
            await old.RequestStream.WriteAsync(Alpha.ServerReflectionRequest.Parser.ParseFrom(question.ToByteString()), Token);
            await old.RequestStream.CompleteAsync();
            var answer = await old.ResponseStream.ReadAllAsync(Token).SingleAsync(Token);
            return ServerReflectionResponse.Parser.ParseFrom(answer.ToByteString());
        }

        using var call = Ask(server);
        await call.RequestStream.WriteAsync(question, Token);
        await call.RequestStream.CompleteAsync();
        return await call.ResponseStream.ReadAllAsync(Token).SingleAsync(Token);
    }
}
