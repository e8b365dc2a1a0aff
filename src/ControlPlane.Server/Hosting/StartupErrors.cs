using System.Net.Sockets;
using ControlPlane.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>What keeps the server from starting, in one line per cause for the operator.</summary>
internal static class StartupErrors
{
    /// <summary>The lines, or null if the failure was not foreseen and deserves its stack trace.</summary>
    public static IEnumerable<string>? Describe(Exception exception) => exception switch
    {
        OptionsValidationException options => options.Failures,
        AggregateException many when many.InnerExceptions.All(e => Describe(e) is not null) =>
            many.InnerExceptions.SelectMany(e => Describe(e)!),
        StorageOpenException or StorageUnavailableException or StartupException => [exception.Message],
        IOException { InnerException: AddressInUseException } => [$"{ListenOptions.Section}: {exception.Message}"],
        // The server opens no sockets before it serves but those of its listeners.
        SocketException => [$"{ListenOptions.Section}: a listener cannot be opened: {exception.Message}"],
        InvalidOperationException { InnerException: FormatException or ArgumentException } binding =>
            [$"{binding.Message} {binding.InnerException!.Message}"],
        _ => null,
    };
}

/// <summary>The server cannot start. The message is one line for the operator.</summary>
internal sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
