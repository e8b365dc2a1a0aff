using System.Net;
using ControlPlane.Functional.Tests.EveryRpc;
using ControlPlane.Testing;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>What operators and tools ask without a key.</summary>
public sealed class OperationsTests(SharedServer shared) : IDisposable
{
    private readonly Clients _nobody = new(shared.Server.Setup.Grpc, key: null);

    [Theory]
    [InlineData("/healthz", "ok\n")]
    [InlineData("/readyz", "ready\n")]
    public async Task Http_Healthy_SaysSo(string path, string text)
    {
        using var answer = await shared.Server.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(text, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Http_AnythingElse_NotFound()
    {
        using var answer = await shared.Server.GetAsync("/controlplane.v1.AdminService/GetServerInfo");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task GrpcHealth_ServerAndItsServices_Serving()
    {
        var health = new Health.HealthClient(_nobody.Invoker);

        foreach (var service in RpcMethod.All.Select(m => $"controlplane.v1.{m.Name.Split('/')[0]}").Distinct().Append(""))
        {
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new() { Service = service })).Status);
        }

        var failure = await Assert.ThrowsAsync<RpcException>(() => health.CheckAsync(new() { Service = "no.such.Service" }).ResponseAsync);
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    [Fact]
    public async Task Reflection_DescribesEveryMethod()
    {
        using var call = new ServerReflection.ServerReflectionClient(_nobody.Invoker).ServerReflectionInfo();
        async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
        {
            await call.RequestStream.WriteAsync(request);
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            return call.ResponseStream.Current;
        }

        var services = (await AskAsync(new() { ListServices = "*" })).ListServicesResponse.Service.Select(s => s.Name).ToHashSet();
        foreach (var group in RpcMethod.All.GroupBy(m => $"controlplane.v1.{m.Name.Split('/')[0]}"))
        {
            Assert.Contains(group.Key, services);
            var answer = await AskAsync(new() { FileContainingSymbol = group.Key });
            var described = answer.FileDescriptorResponse.FileDescriptorProto
                .Select(FileDescriptorProto.Parser.ParseFrom)
                .SelectMany(file => file.Service.Select(service => ($"{file.Package}.{service.Name}", service)))
                .Single(pair => pair.Item1 == group.Key).service;
            Assert.Equal(group.Select(m => m.Name.Split('/')[1]).Order(), described.Method.Select(m => m.Name).Order());
        }

        await call.RequestStream.CompleteAsync();
    }

    public void Dispose() => _nobody.Dispose();
}
