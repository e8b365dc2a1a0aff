using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>Services bound without a service class, and one that breaks.</summary>
public sealed class BindingTests : CallTest
{
    [Fact]
    public async Task ServiceDefinition_OfGeneratedBase_ServesAllItsMethods()
    {
        var service = new ProbeService(new() { Unary = (request, _) => Task.FromResult(Text($"{request.Text}!")) });
        await using var server = await Serving(Probe.Probe.BindService(service));

        Assert.Equal("a!", (await server.Client().UnaryAsync(Text("a"), cancellationToken: Token)).Text);
    }

    [Fact]
    public async Task ServiceDefinition_MadeByHand_ServesWithItsOwnMarshallers()
    {
        var method = new Method<string, string>(
            MethodType.Unary, "by.Hand", "Shout", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        var definition = ServerServiceDefinition.CreateBuilder()
            .AddMethod(method, (request, _) => Task.FromResult(request.ToUpperInvariant()))
            .Build();
        await using var server = await Serving(definition);

        var answer = await server.Channel().CreateCallInvoker()
            .AsyncUnaryCall(method, null, new CallOptions(cancellationToken: Token), "é or e");

        Assert.Equal("É OR E", answer);
    }

    [Fact]
    public async Task ServiceThatThrows_Unexpectedly_IsUnknownAndKeepsTheReasonToItself()
    {
        await using var server = await ProbeServer.StartAsync(
            app => app.MapGrpcService<ProbeService>(),
            services => services
                .AddSingleton(new ProbeHandlers { Unary = (_, _) => throw new InvalidOperationException("secret") })
                .AddGrpc(),
            expectsErrors: true);

        var failure = await Fails(
            StatusCode.Unknown, async () => await server.Client().UnaryAsync(Text(""), cancellationToken: Token));

        Assert.DoesNotContain("secret", failure.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("secret", Assert.Single(server.Errors), StringComparison.Ordinal);
    }

    private static Task<ProbeServer> Serving(ServerServiceDefinition definition) =>
        ProbeServer.StartAsync(app => app.MapGrpcService(definition), services => services.AddGrpc());
}
