using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>Keeps what is logged as an error, so that a test fails when something broke behind a passing call.</summary>
internal sealed class ErrorLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _errors = [];

    public IReadOnlyCollection<string> Errors => _errors;

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _errors.Enqueue($"{eventId}: {formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
    }
}
