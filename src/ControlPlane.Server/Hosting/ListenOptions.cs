using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>Settings of <c>ControlPlane:Listen</c>.</summary>
internal sealed class ListenOptions
{
    public const string Section = "ControlPlane:Listen";

    /// <summary>Where gRPC is served: HTTP/2 without TLS (<c>http</c>) or with (<c>https</c>). Port 0 takes a free one.</summary>
    /// <value>Default: <c>http://127.0.0.1:7400</c>.</value>
    public string Grpc { get; set; } = "http://127.0.0.1:7400";

    /// <summary>Where HTTP/1.1 is served: the health checks <c>/healthz</c> and <c>/readyz</c>, and the doors of <c>ControlPlane:Doors</c>.</summary>
    /// <value>Default: <c>http://127.0.0.1:7401</c>.</value>
    public string Http { get; set; } = "http://127.0.0.1:7401";

    /// <summary>How many connections each of the two listeners takes at once; one more is closed.</summary>
    /// <value>Default: 10,000; at least 1.</value>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// The PEM file for <c>https</c>: the server's certificate first, then the intermediates that clients need. Read again every ten
    /// seconds.
    /// </summary>
    public string? CertificatePath { get; set; }

    /// <summary>The PEM private key for <c>https</c>, without a passphrase. Read again every ten seconds.</summary>
    public string? KeyPath { get; set; }

    /// <summary>Whether only this machine reaches the HTTP listener.</summary>
    public bool HttpIsLocal => ListenAddress.Parse(Http) is { } listen && (listen.Address is null || IPAddress.IsLoopback(listen.Address));

    /// <summary>Whether a listener speaks TLS.</summary>
    public bool UsesTls => ListenAddress.Parse(Grpc) is { Tls: true } || ListenAddress.Parse(Http) is { Tls: true };

    /// <summary>Reads the settings before there are services. They are checked later.</summary>
    public static ListenOptions Read(IConfiguration configuration) => configuration.GetSection(Section).Get<ListenOptions>() ?? new();
}

/// <summary>An address to listen on.</summary>
/// <param name="Address">Null means both loopback addresses (<c>localhost</c>).</param>
/// <param name="Port">0 takes a free one.</param>
/// <param name="Tls">Whether TLS is spoken.</param>
internal sealed record ListenAddress(IPAddress? Address, int Port, bool Tls)
{
    /// <summary>Reads <c>http://host:port</c> with an address, <c>localhost</c> or <c>*</c> as host; null if it is not that.</summary>
    public static ListenAddress? Parse(string text)
    {
        var tls = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        var rest = tls ? text[8..] : text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? text[7..] : null;
        rest = rest?.TrimEnd('/');
        var colon = rest?.LastIndexOf(':') ?? -1;
        if (colon <= 0
            || !ushort.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        var host = rest![..colon];
        return host switch
        {
            "*" or "+" => new(IPAddress.IPv6Any, port, tls),
            _ when host.Equals("localhost", StringComparison.OrdinalIgnoreCase) => new(null, port, tls),
            _ when IPAddress.TryParse(host.Trim('[', ']'), out var address) => new(address, port, tls),
            _ => null,
        };
    }
}

/// <summary>Names the wrong key in one line.</summary>
internal sealed class ListenOptionsValidator : IValidateOptions<ListenOptions>
{
    public ValidateOptionsResult Validate(string? name, ListenOptions options)
    {
        var failures = new List<string>();
        foreach (var (key, value) in new[] { ("Grpc", options.Grpc), ("Http", options.Http) })
        {
            if (ListenAddress.Parse(value) is not { } address)
            {
                failures.Add($"{ListenOptions.Section}:{key}: \"{value}\" is not http(s)://ADDRESS:PORT");
            }
            else if (address.Address is { } local && !IsLocal(local))
            {
                failures.Add($"{ListenOptions.Section}:{key}: {local} is not an address of this machine");
            }
        }

        if (options.UsesTls)
        {
            CheckCertificate(failures, options);
        }

        if (options.MaxConnections < 1)
        {
            failures.Add($"{ListenOptions.Section}:MaxConnections: {options.MaxConnections} is less than 1");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures.Distinct()) : ValidateOptionsResult.Success;
    }

    private static void CheckCertificate(List<string> failures, ListenOptions options)
    {
        var present = failures.Count;
        RequireFile(failures, "CertificatePath", options.CertificatePath);
        RequireFile(failures, "KeyPath", options.KeyPath);
        if (failures.Count > present)
        {
            return;
        }

        try
        {
            CertificateFiles.Load(options.CertificatePath!, options.KeyPath!).Leaf.Dispose();
        }
        catch (CertificateException e)
        {
            failures.Add(e.Message);
        }
    }

    private static void RequireFile(List<string> failures, string key, string? path)
    {
        if (string.IsNullOrEmpty(path) || !File.Exists(path))
        {
            failures.Add($"{ListenOptions.Section}:{key}: https needs a PEM file here, and there is none at \"{path}\"");
        }
    }

    /// <summary>Whether a socket can be bound to the address, whatever its port.</summary>
    private static bool IsLocal(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable)
        {
            return false;
        }
    }
}
