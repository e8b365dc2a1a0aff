using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;
using ControlPlane.Testing;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Server.Tests.Api.Errors;

public sealed class ErrorInterceptorTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly LogCapture _log = new();
    private readonly LoggerFactory _loggers = new();
    private readonly ErrorInterceptor _interceptor;

    public ErrorInterceptorTests()
    {
        _loggers.AddProvider(_log);
        _interceptor = new(new(_clock, _loggers.CreateLogger<FailureTranslator>()));
    }

    public static TheoryData<MethodType> Kinds =>
        [MethodType.Unary, MethodType.ClientStreaming, MethodType.ServerStreaming, MethodType.DuplexStreaming];

    public void Dispose() => _loggers.Dispose();

    [Theory, MemberData(nameof(Kinds))]
    public async Task Handler_RequestException_ItsStatusAndDetails(MethodType kind)
    {
        var error = await FailAsync(kind, RequestErrors.NotFound("tenant", "acme"));
        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (error.Code, error.Info.Reason));
        Assert.Equal("acme", error.Detail<ResourceInfo>().ResourceName);
        Assert.Empty(_log.Entries);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Handler_UnexpectedFailure_HidesDetailAndLogsIt(MethodType kind)
    {
        var error = await FailAsync(kind, new InvalidOperationException("the inside of the server"));
        Assert.Equal((StatusCode.Internal, "INTERNAL"), (error.Code, error.Info.Reason));
        Assert.DoesNotContain("inside", error.RawText, StringComparison.Ordinal);
        var incident = error.Info.Metadata["incident_id"];
        Assert.Contains(incident, error.Message, StringComparison.Ordinal);
        var entry = Assert.Single(_log.Entries);
        Assert.Equal((LogLevel.Error, 1000), (entry.Level, entry.Id.Id));
        Assert.Contains(incident, entry.Text, StringComparison.Ordinal);
        Assert.Contains("the inside of the server", entry.Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Handler_StorageUnavailable_ToldWhenToRetry(MethodType kind)
    {
        var error = await FailAsync(kind, new StorageUnavailableException("disk full at a path"));
        Assert.Equal((StatusCode.Unavailable, "STORAGE_UNAVAILABLE"), (error.Code, error.Info.Reason));
        Assert.Equal(1, error.Detail<RetryInfo>().RetryDelay.Seconds);
        Assert.DoesNotContain("path", error.RawText, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Handler_StorageFull_ResourceExhaustedAndToldWhenToRetry(MethodType kind)
    {
        var error = await FailAsync(kind, new StorageUnavailableException("disk full at a path") { NoRoom = true });
        Assert.Equal((StatusCode.ResourceExhausted, "STORAGE_FULL"), (error.Code, error.Info.Reason));
        Assert.Equal(5, error.Detail<RetryInfo>().RetryDelay.Seconds);
        Assert.DoesNotContain("path", error.RawText, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Handler_StorageDamaged_DataLoss(MethodType kind)
    {
        var error = await FailAsync(kind, new StorageDamagedException("a page is wrong"));
        Assert.Equal((StatusCode.DataLoss, "STORAGE_DAMAGED"), (error.Code, error.Info.Reason));
        Assert.DoesNotContain("page", error.RawText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_StorageUnavailableForMany_OneLineInAWhileCountsThem()
    {
        for (var i = 0; i < 50; i++)
        {
            await FailAsync(MethodType.Unary, new StorageUnavailableException("disk full"));
        }

        Assert.Single(_log.Entries);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await FailAsync(MethodType.Unary, new StorageUnavailableException("disk full"));
        Assert.Equal(2, _log.Entries.Count);
        Assert.Contains("; 50 calls refused", _log.Entries.Last().Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Handler_CallerCancelled_Cancelled(MethodType kind)
    {
        var error = await FailAsync(kind, new OperationCanceledException(), cancelled: true);
        Assert.Equal((StatusCode.Cancelled, "CANCELLED"), (error.Code, error.Info.Reason));
        Assert.Empty(_log.Entries);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Handler_DeadlinePassed_DeadlineExceeded(MethodType kind)
    {
        var error = await FailAsync(
            kind, new TaskCanceledException(), cancelled: true, _clock.GetUtcNow().UtcDateTime);
        Assert.Equal((StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED"), (error.Code, error.Info.Reason));
        Assert.Empty(_log.Entries);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Handler_CancelledByTheServerItself_Internal(MethodType kind)
    {
        var error = await FailAsync(kind, new OperationCanceledException());
        Assert.Equal(StatusCode.Internal, error.Code);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Handler_RpcException_Passes(MethodType kind)
    {
        var thrown = new RpcException(new global::Grpc.Core.Status(StatusCode.Unimplemented, "not here"));
        Assert.Same(thrown, await Assert.ThrowsAsync<RpcException>(() => CallAsync(kind, thrown, cancelled: false, DateTime.MaxValue)));
    }

    [Fact]
    public void ToRpcException_HugeRequestTexts_TrailerStaysSmall()
    {
        var violations = new Violations();
        for (var i = 0; i < 1_000; i++)
        {
            violations.Add(new string('f', 50_000), "TOO_LONG", new string('d', 50_000));
        }

        var error = RpcErrors.Of(Assert.Throws<RequestException>(violations.ThrowIfAny).ToRpcException());
        Assert.Equal(100, error.Violations().Count());
        Assert.StartsWith("1000 fields are wrong", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Status.CalculateSize(), 1, 48 * 1024);
    }

    private async Task<RpcErrors> FailAsync(
        MethodType kind, Exception failure, bool cancelled = false, DateTime? deadline = null) =>
        await RpcErrors.OfAsync(() => CallAsync(kind, failure, cancelled, deadline ?? DateTime.MaxValue));

    private Task CallAsync(MethodType kind, Exception failure, bool cancelled, DateTime deadline)
    {
        var context = new FakeCallContext(deadline, new(cancelled));
        return kind switch
        {
            MethodType.Unary => _interceptor.UnaryServerHandler<string, string>(
                "", context, (_, _) => Task.FromException<string>(failure)),
            MethodType.ClientStreaming => _interceptor.ClientStreamingServerHandler<string, string>(
                null!, context, (_, _) => Task.FromException<string>(failure)),
            MethodType.ServerStreaming => _interceptor.ServerStreamingServerHandler<string, string>(
                "", null!, context, (_, _, _) => Task.FromException(failure)),
            _ => _interceptor.DuplexStreamingServerHandler<string, string>(
                null!, null!, context, (_, _, _) => Task.FromException(failure)),
        };
    }
}
